/* Moments as customers read them, in the bank's time zone. */

import type { Language } from '../shared/words';

const ZONE = 'Asia/Shanghai';

/** A day; of a moment, the day that it was at the bank. */
export function showDay(iso: string, language: Language): string {
  return new Intl.DateTimeFormat(language, {
    dateStyle: 'medium',
    timeZone: isDay(iso) ? 'UTC' : ZONE,
  }).format(new Date(iso)); // a day alone is read as its midnight in UTC
}

export function showTime(iso: string, language: Language): string {
  return new Intl.DateTimeFormat(language, {
    dateStyle: 'medium',
    timeStyle: 'short',
    hour12: false,
    timeZone: ZONE,
  }).format(new Date(iso));
}

/** Today at the bank, as the API takes a date; days: so many before. */
export function bankDay(days = 0): string {
  const moment = new Date(Date.now() - days * 86_400_000);
  return new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE }).format(moment);
}

/** Whether a text is a moment, or a day. */
export function isMoment(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text);
}

export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text);
}
