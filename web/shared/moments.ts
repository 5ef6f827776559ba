import type { Language } from './words';

/** One for each language: making one costs more than a whole row of a table. */
const FORMATS = new Map<Language, Intl.DateTimeFormat>();

function formatOf(language: Language): Intl.DateTimeFormat {
  const known = FORMATS.get(language);
  if (known) return known;
  const made = new Intl.DateTimeFormat(language, {
    timeZone: 'Asia/Shanghai',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  });
  FORMATS.set(language, made);
  return made;
}

/** A moment in the bank's time zone, to the second. */
export function showMoment(iso: string, language: Language): string {
  return formatOf(language).format(new Date(iso));
}

/** A moment of any year, to the minute. */
export function showDated(iso: string, language: Language): string {
  return new Intl.DateTimeFormat(language, {
    timeZone: 'Asia/Shanghai',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  }).format(new Date(iso));
}

/** Hours and minutes of a number of seconds. */
export function hoursAndMinutes(seconds: number): { hours: number; minutes: number } {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  return { hours: Math.floor(minutes / 60), minutes: minutes % 60 };
}
