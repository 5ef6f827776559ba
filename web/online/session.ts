/* A customer's way in: password, then second factor; the session itself is a cookie that no script sees. */

import { ApiError, askOnce, endSession } from '../shared/api/client';
import type { OneTimePasswordView, OptionsView, TicketView, Visit } from '../shared/api/customerTypes';
import type { Values } from '../shared/api/types';
import type { Language } from '../shared/words';

export interface Proof {
  one_time_password?: string;
  assertion?: Values;
}

export function beginLogIn(customer: string, password: string): Promise<TicketView> {
  return askOnce('POST', '/v1/customer-sessions', { customer, password });
}

export async function finishLogIn(ticket: string, proof: Proof): Promise<Visit> {
  await askOnce('POST', '/v1/customer-sessions/confirmation', { ticket, cookie: true, ...proof });
  return askOnce('GET', '/v1/my/session');
}

export async function activate(customer: string, activation_code: string, password: string): Promise<Visit> {
  await askOnce('POST', '/v1/customer-activations', { customer, activation_code, password, cookie: true });
  return askOnce('GET', '/v1/my/session');
}

/** Who is logged in here; null where nobody is. */
export async function currentVisit(): Promise<Visit | null> {
  try {
    return await askOnce<Visit>('GET', '/v1/my/session');
  } catch (failed) {
    if (failed instanceof ApiError && failed.status === 401) return null;
    throw failed;
  }
}

export async function endVisit(): Promise<void> {
  await endSession('/v1/my/session');
}

/** Where a statement's paper is, in the reader's language. */
export function statementPath(code: string, format: 'pdf' | 'csv', language: Language): string {
  return `/v1/my/statements/${code}?format=${format}&language=${language === 'en' ? 'en' : 'zh'}`;
}

/* Factors: the first needs none before it, another one does. */

export function beginOneTimePassword(proof: Proof): Promise<OneTimePasswordView> {
  return askOnce('POST', '/v1/my/second-factors/one-time-password', proof);
}

export function confirmOneTimePassword(code: string): Promise<void> {
  return askOnce('PUT', '/v1/my/second-factors/one-time-password', { code });
}

export async function passkeyOptions(proof: Proof): Promise<Values> {
  return (await askOnce<OptionsView>('POST', '/v1/my/second-factors/passkeys/options', proof)).options;
}

export function keepPasskey(name: string, credential: Values): Promise<void> {
  return askOnce('POST', '/v1/my/second-factors/passkeys', { name, credential });
}

export async function proofOptions(): Promise<Values> {
  return (await askOnce<OptionsView>('POST', '/v1/my/second-factors/challenge')).options;
}
