/* Renminbi in Chinese words (大写金额), by 支付结算办法 (银发〔1997〕393号), appendix 1. The voucher's words come from the bank;
   these are the echo beside the field, held against the same examples. */

const FIGURES = '零壹贰叁肆伍陆柒捌玖';
const PLACES = ['', '拾', '佰', '仟'];
const UNITS: [bigint, string][] = [
  [100_000_000n, '亿'],
  [10_000n, '万'],
];

/** The words of an amount above zero in fen; the empty string for anything else. */
export function amountInWords(fen: bigint): string {
  if (fen <= 0n) return '';
  const yuan = fen / 100n;
  const jiao = Number((fen / 10n) % 10n);
  const last = Number(fen % 10n);
  let words = '人民币' + (yuan ? whole(yuan) + '元' : '');
  if (!jiao && !last) return words + '整';
  if (jiao) words += figure(jiao) + '角';
  else if (yuan) words += '零';
  return words + (last ? figure(last) + '分' : '');
}

function whole(number: bigint): string {
  for (const [unit, name] of UNITS) {
    if (number < unit) continue;
    const high = number / unit;
    const low = number % unit;
    // A zero on either side of the unit is read once.
    const gap = low && (low < unit / 10n || high % 10n === 0n) ? '零' : '';
    return whole(high) + name + gap + (low ? whole(low) : '');
  }
  return belowTenThousand(Number(number));
}

function belowTenThousand(number: number): string {
  let words = '';
  let gap = false;
  for (const place of [3, 2, 1, 0]) {
    const digit = Math.floor(number / 10 ** place) % 10;
    if (digit) words += (gap && words ? '零' : '') + figure(digit) + PLACES[place];
    gap = !digit;
  }
  return words;
}

function figure(digit: number): string {
  return FIGURES[digit] ?? '';
}
