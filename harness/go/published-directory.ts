/** Directories that are absent or whole, for this process and for others beside it. */
import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';

/**
 * Gives `draft` the name `target`. Of several that publish the same, the first one wins; what lies there and
 * is not whole makes way.
 */
export async function publishDirectory(
  draft: string,
  target: string,
  isTargetWhole: () => Promise<boolean>,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await rename(draft, target);
      return;
    } catch (error) {
      if (await isTargetWhole()) break;
      if (attempt === attempts) throw error;
      const aside = `${target}.${randomUUID()}`;
      await rename(target, aside).catch(() => undefined);
      await rm(aside, { recursive: true, force: true });
    }
  }
  await rm(draft, { recursive: true, force: true });
}

const attempts = 5;
