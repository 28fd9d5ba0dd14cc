/** Whether a port can be had, asked the only way that is certain: by binding it. */
import { createSocket } from 'node:dgram';

/** UDP on both loopback addresses; a holder of a wildcard address is in the way there too. */
export async function isPortFree(port: number): Promise<boolean> {
  const free = await Promise.all([
    isAddressFree('udp4', port, '127.0.0.1'),
    isAddressFree('udp6', port, '::1'),
  ]);
  return free.every(Boolean);
}

/** Only EADDRINUSE tells of a holder: a machine without IPv6 has nobody there. */
async function isAddressFree(type: 'udp4' | 'udp6', port: number, address: string): Promise<boolean> {
  const socket = createSocket({ type, ipv6Only: type === 'udp6' });
  try {
    return await new Promise((resolve) => {
      socket.once('error', (error: NodeJS.ErrnoException) => {
        resolve(error.code !== 'EADDRINUSE' && error.code !== 'EACCES');
      });
      socket.bind({ port, address, exclusive: true }, () => {
        resolve(true);
      });
    });
  } finally {
    socket.close();
  }
}
