/* Lengths of time as people read them: ISO 8601 durations of models, and seconds that something took. */

import type { Language } from '../../shared/i18n';

type Unit = 'year' | 'month' | 'week' | 'day' | 'hour' | 'minute' | 'second';

type Words = 'long' | 'narrow';

function inUnits(
  parts: readonly (readonly [number, Unit])[],
  language: Language,
  unitDisplay: Words = 'long',
): string {
  return parts
    .map(([n, unit]) => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay }).format(n))
    .join(language === 'en' ? ' ' : '');
}

const DURATION = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const UNITS: readonly Unit[] = ['year', 'month', 'week', 'day', 'hour', 'minute', 'second'];

/** ``PT1H30M`` in words; whatever is no plain duration (an expression) as it is written. */
export function duration(iso: string, language: Language): string {
  const found = DURATION.exec(iso);
  const parts = UNITS.flatMap((unit, n): [number, Unit][] => {
    const given = found?.[n + 1];
    return given === undefined ? [] : [[Number(given), unit]];
  });
  return parts.length ? inUnits(parts, language) : iso;
}

const SIZES: readonly (readonly [number, Unit])[] = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

/** A number of seconds in its two largest units; narrow where it stands on a diagram. */
export function lasted(seconds: number, language: Language, words: Words = 'long'): string {
  let left = Math.abs(Math.round(seconds));
  const parts: [number, Unit][] = [];
  for (const [size, unit] of SIZES) {
    const n = Math.floor(left / size);
    left -= n * size;
    if (n > 0) parts.push([n, unit]);
  }
  return inUnits(parts.length ? parts.slice(0, 2) : [[0, 'second']], language, words);
}
