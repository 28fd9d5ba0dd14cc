// Package udpreconnect is the scenario udp-reconnect: a program that opens two UDP ports, exchanges a
// packet each way, closes both and opens them again. Its driver alone makes marks and claims and owns
// the order of things; a Variant supplies what is different.
package udpreconnect

import (
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"afterclose.dev/fixtures/internal/claims"
)

const (
	exitDone   = 0 // whatever EADDRINUSE it met: that is the question, not a failure
	exitFailed = 1
	exitUsage  = 2
)

// Main is the whole program of a variant. It does not return.
func Main(variant Variant) {
	cycles := flag.Int("cycles", 400, "how often to open, exchange and close; 0 writes the claims alone")
	network := flag.String("network", "udp4", "udp4 or udp6")
	ports := flag.String("ports", "3001,3002", "the two ports")
	flag.Parse()

	addresses, err := parseAddresses(*network, *ports)
	if err == nil && *cycles < 0 {
		err = fmt.Errorf("-cycles %d: it can not be negative", *cycles)
	}
	if err == nil && flag.NArg() > 0 {
		err = fmt.Errorf("%q: no arguments are taken", flag.Arg(0))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		flag.Usage()
		os.Exit(exitUsage)
	}

	d := newDriver(variant, *network, addresses)
	terminate := make(chan os.Signal, 1)
	signal.Notify(terminate, syscall.SIGTERM)
	d.run(*cycles, terminate)
	os.Exit(report(d))
}

func report(d *driver) int {
	code := exitDone
	for _, text := range d.claims.Errors {
		fmt.Fprintln(os.Stderr, text)
		code = exitFailed
	}
	fmt.Printf("%s %s, %s, %s: reconnected in %d of %d cycles, gave up in %d because the address was in use\n",
		scenario, d.variant.Name, runtime.Version(), d.network, d.reconnected, d.claims.Cycles, d.gaveUp)
	if path := os.Getenv(claims.Variable); path != "" {
		if err := d.claims.Write(path); err != nil {
			fmt.Fprintf(os.Stderr, "the claims could not be written: %v\n", err)
			code = exitFailed
		}
	}
	return code
}

func parseAddresses(network, ports string) ([2]*net.UDPAddr, error) {
	var addresses [2]*net.UDPAddr
	ip := net.IPv4(127, 0, 0, 1)
	switch network {
	case "udp4":
	case "udp6":
		ip = net.IPv6loopback
	default:
		return addresses, fmt.Errorf("-network %q: udp4 and udp6 are known", network)
	}
	parts := strings.Split(ports, ",")
	if len(parts) != len(addresses) || parts[0] == parts[1] {
		return addresses, fmt.Errorf("-ports %q: two different ports are needed, as in 3001,3002", ports)
	}
	for i, part := range parts {
		port, err := strconv.ParseUint(part, 10, 16)
		if err != nil || port == 0 {
			return addresses, fmt.Errorf("-ports %q: %q is not a port from 1 to 65535", ports, part)
		}
		addresses[i] = &net.UDPAddr{IP: ip, Port: int(port)}
	}
	return addresses, nil
}
