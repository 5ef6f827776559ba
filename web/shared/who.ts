import type { Key } from './words';

const NOBODY: Record<string, Key> = { system: 'case.system', house: 'who.house' };

/** Who has done something: a number, or in words where it was nobody. */
export function whoIs(who: string | null, t: (key: Key) => string): string {
  const key = NOBODY[who ?? ''];
  return key ? t(key) : (who ?? '');
}

/** Who has entered something and who has approved it; what nobody has entered nobody has approved. */
export function bothOf(entered: string, approved: string, t: (key: Key) => string): string {
  return [...new Set([whoIs(entered, t), whoIs(approved, t)])].join(' / ');
}
