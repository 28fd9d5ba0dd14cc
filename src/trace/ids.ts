/** Numbers that must not be mixed up are branded: a `Tid` can not be passed for a `Pid`. */

declare const brand: unique symbol;
type Branded<Name extends string> = number & { readonly [brand]: Name };

/** Process id: the kernel's thread group id, in the pid namespace of the tracer. */
export type Pid = Branded<'Pid'>;
/** Thread id. A process's first thread has the tid equal to its pid. */
export type Tid = Branded<'Tid'>;
/** File descriptor: an index into one process's table, meaningless without it. */
export type Fd = Branded<'Fd'>;
/**
 * Nanoseconds since the origin of the session (the tracer's first time stamp). Relative, so that a
 * double holds it exactly for 104 days of tracing whatever the clock's own epoch is.
 */
export type Nanos = Branded<'Nanos'>;

export const pid = (value: number): Pid => value as Pid;
export const tid = (value: number): Tid => value as Tid;
export const fd = (value: number): Fd => value as Fd;
export const nanos = (value: number): Nanos => value as Nanos;
