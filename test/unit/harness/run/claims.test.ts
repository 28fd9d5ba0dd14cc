import { expect, test } from 'vitest';
import { claimsSchema } from '../../../../harness/run/claims.ts';
import { claims } from '../store/saved-session.ts';

test('claims of more refused binds than were tried are none: no rate can be made of them', () => {
  const refused = (addressInUse: number) => claimsSchema.safeParse({ ...claims, addressInUse }).success;
  expect([refused(claims.binds), refused(claims.binds + 1)]).toEqual([true, false]);
});
