module afterclose.dev/ebpf-agent

go 1.25.0

require (
	afterclose.dev/launcher v0.0.0
	github.com/cilium/ebpf v0.22.0
	golang.org/x/sys v0.43.0
)

replace afterclose.dev/launcher => ../launcher
