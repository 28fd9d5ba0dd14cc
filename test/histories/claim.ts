import type { PortClaim } from '../../src/kernel/blockers.ts';

/** `127.0.0.1`, `::1`: what is bound to port 3001 without any option. */
export function claim(host: string, options: Partial<PortClaim> = {}): PortClaim {
  return {
    host,
    port: 3001,
    family: host.includes(':') ? 'inet6' : 'inet',
    v6Only: false,
    reuseAddress: false,
    reusePort: false,
    owner: 0,
    device: null,
    boundWithReusePort: options.reusePort ?? false,
    listening: false,
    ...options,
  };
}
