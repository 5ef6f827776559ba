/** A share to a tenth of a per cent, rounded down: 100% is said of nothing less. */
export function perCent(part: number, whole: number): string {
  if (whole === 0) return '';
  const tenths = Math.floor((part * 1000) / whole);
  return `${Math.floor(tenths / 10)}.${tenths % 10}%`;
}

/** A refusal's sentence without the case it was about: what stands in brackets goes, any other gap is a gap. */
export function inGeneral(sentence: string): string {
  return sentence.replace(/\s?[（(][^（()）]*\{\w+\}[^（()）]*[）)]/g, '').replace(/\{\w+\}/g, '…');
}
