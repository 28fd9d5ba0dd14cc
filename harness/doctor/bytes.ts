/** Sizes as `df -h` and disks are labelled with: powers of ten. */

/** `79.7 GB`; never more than there is. */
export function formatBytes(bytes: number): string {
  const unit = units.find(({ size }) => bytes >= size);
  return unit === undefined ? `${bytes} B` : `${Math.floor((bytes / unit.size) * 10) / 10} ${unit.name}`;
}

const units = [
  { name: 'TB', size: 1e12 },
  { name: 'GB', size: 1e9 },
  { name: 'MB', size: 1e6 },
  { name: 'kB', size: 1e3 },
];
