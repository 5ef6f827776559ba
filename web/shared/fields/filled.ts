/* A form as it is being filled in, and as the API takes it. */

import type { FieldDefinition, Value, Values } from '../api/types';
import { parseAmount, plainAmount } from '../money';

export type Input = string | boolean | Record<string, string>;
export type Filled = Record<string, Input>;

/** "20260105" becomes "2026-01-05"; anything else stays for the bank to refuse. */
export function isoDate(text: string): string {
  const found = /^(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})$/.exec(text.trim());
  return found ? `${found[1]}-${found[2]}-${found[3]}` : text.trim();
}

export function counts(input: Input | undefined): Record<string, number> {
  const typed = typeof input === 'object' ? input : {};
  const pairs = Object.entries(typed).map(([face, text]) => [face, Number(text)] as const);
  return Object.fromEntries(pairs.filter(([, n]) => Number.isSafeInteger(n) && n > 0));
}

function valueOf(field: FieldDefinition, input: Input | undefined): Value {
  if (input === undefined) return null;
  if (isCounted(field)) {
    const counted = counts(input);
    return Object.keys(counted).length ? counted : null;
  }
  if (typeof input !== 'string') return typeof input === 'boolean' ? input : null;
  const text = input.trim();
  if (text === '') return null;
  if (field.type === 'integer') return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
  if (field.type === 'date') return isoDate(text);
  if (field.type === 'account') return text.replace(/\s/g, '');
  if (field.type === 'amount') {
    const minor = parseAmount(text, field.currency);
    return minor === null ? text : plainAmount(minor, field.currency);
  }
  return text;
}

/** The fields that there are to fill in after what has been chosen so far. */
export function asked(fields: readonly FieldDefinition[], filled: Filled): readonly FieldDefinition[] {
  return fields.filter((field) =>
    Object.entries(field.when ?? {}).every(([name, value]) => filled[name] === value),
  );
}

/** What is no longer asked for is not sent, whatever was typed there before. */
export function toForm(fields: readonly FieldDefinition[], filled: Filled): Values {
  const form: Values = {};
  for (const field of asked(fields, filled)) {
    const value = field.type === 'show' ? null : valueOf(field, filled[field.name]);
    if (value !== null) form[field.name] = value;
  }
  return form;
}

/** What the case knows already, as inputs: amounts come as minor units. */
export function fromValues(fields: readonly FieldDefinition[], values: Values): Filled {
  const filled: Filled = {};
  for (const field of fields) {
    const value = values[field.name];
    if (value === undefined || value === null || field.type === 'show') continue;
    if (typeof value === 'boolean') filled[field.name] = value;
    else if (field.type === 'amount' && typeof value === 'number') {
      filled[field.name] = plainAmount(BigInt(value), field.currency);
    } else if (isCounted(field) && typeof value === 'object' && !Array.isArray(value)) {
      filled[field.name] = Object.fromEntries(Object.entries(value).map(([face, n]) => [face, String(n)]));
    } else filled[field.name] = String(value);
  }
  return filled;
}

export function withoutSecrets(fields: readonly FieldDefinition[], filled: Filled): Filled {
  const secret = new Set(fields.filter((field) => field.secret).map((field) => field.name));
  return Object.fromEntries(Object.entries(filled).filter(([name]) => !secret.has(name)));
}

/** Whether pieces are counted: notes by face, or numbered paper by kind, which is no money. */
export function isCounted(field: FieldDefinition): boolean {
  return field.type === 'denominations' || field.type === 'vouchers';
}

/** Under which name the second keying of an amount is kept; the bank is not sent it. */
export function secondOf(name: string): string {
  return `${name}.again`;
}

/** Whether an amount is so large that it is keyed twice. What the case knew already was keyed by somebody before. */
export function isKeyedTwice(field: FieldDefinition, typed: Input | undefined, known?: Value): boolean {
  if (field.type !== 'amount' || !field.keyed_twice_from || typeof typed !== 'string') return false;
  const [minor, from] = [
    parseAmount(typed, field.currency),
    parseAmount(field.keyed_twice_from, field.currency),
  ];
  return (
    minor !== null &&
    from !== null &&
    minor >= from &&
    !(typeof known === 'number' && BigInt(known) === minor)
  );
}

export function keyingsAgree(field: FieldDefinition, filled: Filled): boolean {
  const [one, two] = [filled[field.name], filled[secondOf(field.name)]];
  if (typeof one !== 'string' || typeof two !== 'string') return false;
  const minor = parseAmount(one, field.currency);
  return minor !== null && minor === parseAmount(two, field.currency);
}

/** The amounts that are still to be keyed a second time, or were keyed differently. */
export function notKeyedTwice(
  fields: readonly FieldDefinition[],
  filled: Filled,
  values: Values,
): FieldDefinition[] {
  return asked(fields, filled).filter(
    (field) => isKeyedTwice(field, filled[field.name], values[field.name]) && !keyingsAgree(field, filled),
  );
}
