/* Money on the page: strings and whole minor units (BigInt), never a float. */

const EXPONENTS: Record<string, number> = { JPY: 0, KRW: 0, VND: 0, KWD: 3, BHD: 3 };

export function exponentOf(currency: string): number {
  return EXPONENTS[currency] ?? 2;
}

/** Minor units of what a person has typed ("1,234.5"), or null where it is no amount of the currency. */
export function parseAmount(text: string, currency = 'CNY'): bigint | null {
  const plain = text.replace(/[,\s]/g, '');
  const found = /^(-?)(\d{1,18})(?:\.(\d*))?$/.exec(plain);
  if (!found) return null;
  const digits = exponentOf(currency);
  const fraction = found[3] ?? '';
  if (fraction.length > digits) return null;
  const minor = BigInt(found[2] + fraction.padEnd(digits, '0'));
  return found[1] ? -minor : minor;
}

/** Minor units as a plain decimal string, as the API takes amounts. */
export function plainAmount(minor: bigint, currency = 'CNY'): string {
  const digits = exponentOf(currency);
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  const sign = minor < 0n ? '-' : '';
  return digits ? `${sign}${whole}.${text.slice(-digits)}` : sign + whole;
}

/** The same with separators of thousands, for eyes. */
export function showAmount(minor: bigint, currency = 'CNY'): string {
  const [whole, fraction] = plainAmount(minor, currency).split('.');
  const grouped = (whole ?? '').replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** A decimal string of the API with separators; anything else unchanged. */
export function showDecimal(text: string, currency = 'CNY'): string {
  const minor = parseAmount(text, currency);
  return minor === null ? text : showAmount(minor, currency);
}

/** The sum of counted notes and coins, in minor units. */
export function countedSum(counts: Record<string, number>): bigint {
  return Object.entries(counts).reduce((sum, [face, n]) => sum + BigInt(face) * BigInt(n), 0n);
}

/** The largest of some entries with its currency, for eyes: the amount that people mean by a journal's. */
export function largestOf(entries: readonly { amount: string; currency: string }[]): string {
  const minor = (entry: { amount: string; currency: string }) =>
    parseAmount(entry.amount, entry.currency) ?? 0n;
  const [first, ...others] = entries;
  if (!first) return '';
  const largest = others.reduce((most, entry) => (minor(entry) > minor(most) ? entry : most), first);
  return `${largest.currency} ${showDecimal(largest.amount, largest.currency)}`;
}
