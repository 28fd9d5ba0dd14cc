/** What a fixture says it did: one JSON document, written by the driver to the file named by AFTERCLOSE_CLAIMS. */
import { z } from 'zod';

export const claimsSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    scenario: z.string(),
    variant: z.string(),
    /** runtime.Version() of the binary itself. */
    goVersion: z.string(),
    network: z.string(),
    pid: z.int(),
    cycles: z.int().nonnegative(),
    /** Attempts to bind, failed ones included. */
    binds: z.int().nonnegative(),
    closes: z.int().nonnegative(),
    addressInUse: z.int().nonnegative(),
    /** The first ones, at most 100. */
    addressInUseAt: z.array(z.strictObject({ cycle: z.int(), address: z.string() })),
    /** Marks written, of every kind. */
    marks: z.int().nonnegative(),
    /** Errors of any other kind, as text; empty in a good run. */
    errors: z.array(z.string()),
  })
  .refine(({ addressInUse, binds }) => addressInUse <= binds, 'more binds were refused than were tried');
export type Claims = z.infer<typeof claimsSchema>;
