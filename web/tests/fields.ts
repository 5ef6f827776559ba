import type { FieldDefinition } from '../shared/api/types';

/** A field of a form that asks for nothing in particular. */
export const field = (
  name: string,
  type: FieldDefinition['type'],
  more: Partial<FieldDefinition> = {},
): FieldDefinition => ({
  name,
  type,
  zh: name,
  en: name,
  required: false,
  least: null,
  most: null,
  pattern: null,
  choices: null,
  currency: 'CNY',
  secret: false,
  ...more,
});
