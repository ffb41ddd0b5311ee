// The caps of a scan as the module takes them.
import { Limits } from '../pkg/porthole';
import type { Limit, Settings } from '../shared/protocol';

export function limitsOf(changed: Settings['limits']): Limits {
  const limits = new Limits();
  for (const [name, value] of Object.entries(changed)) limits.set(name, value);
  return limits;
}

/** Every cap with what it stands at where nobody changed it. */
export function ordinaryLimits(): Limit[] {
  const limits = new Limits();
  const { limits: all } = limits.all();
  limits.free();
  return all;
}
