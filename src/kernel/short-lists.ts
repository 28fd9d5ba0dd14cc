/**
 * Lists of the few things that are there at one moment: sockets that are bound, calls in flight. V8 (of Node 20) makes
 * a Map or a Set anew whenever its last entry is deleted, of memory that lasts, and a run comes to that in every cycle.
 */

/** Takes out the first that is this one; the others keep their order. */
export function removeFrom<Item>(list: Item[], item: Item): void {
  const index = list.indexOf(item);
  if (index < 0) return;
  // The usual case; splice would make a list of what it takes out.
  if (index === list.length - 1) list.pop();
  else list.splice(index, 1);
}
