/* The way to /v1: the session is a cookie that no script sees; what changes something says that this page sends it. */

import { currentLanguage } from '../words';
import type { Me, Problem, ProblemFault } from './types';

/** The bank refused, or could not be reached (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem | null,
  ) {
    super(problem?.code ?? `status ${status}`);
  }

  get code(): string {
    return this.problem?.code ?? (this.status === 0 ? 'unreachable' : 'unknown');
  }

  get faults(): ProblemFault[] {
    return this.problem?.faults ?? [];
  }

  /** Whether the bank has said no. Anything else leaves open whether it was done, and is asked again. */
  get isAnswer(): boolean {
    return this.status >= 400 && this.status < 500 && this.status !== 429;
  }
}

type OnSessionLost = () => Promise<void>;
let onSessionLost: OnSessionLost | null = null;

/** What to do when the session has ended: resolve once somebody has logged in again, and the request is repeated. */
export function whenSessionIsLost(handler: OnSessionLost | null): void {
  onSessionLost = handler;
}

async function send(
  method: string,
  path: string,
  body?: unknown,
  key?: string,
  { token, signal }: { token?: string; signal?: AbortSignal } = {},
): Promise<Response> {
  const headers: Record<string, string> = { 'Accept-Language': currentLanguage() };
  if (method !== 'GET') headers['X-Requested-With'] = 'liushui';
  if (key) headers['Idempotency-Key'] = key;
  if (token) headers['Authorization'] = `Bearer ${token}`;
  const isFile = body instanceof Blob;
  if (body !== undefined && !isFile) headers['Content-Type'] = 'application/json';
  try {
    return await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : isFile ? body : JSON.stringify(body),
      credentials: 'same-origin',
      cache: 'no-store',
      signal,
    });
  } catch {
    throw new ApiError(0, null);
  }
}

/** What went wrong as the bank said it; a line that broke has said nothing. */
export function asApiError(failed: unknown): ApiError {
  return failed instanceof ApiError ? failed : new ApiError(0, null);
}

async function read<T>(answer: Response): Promise<T> {
  // An answer without content (204) may still be labelled as JSON.
  const isJson = answer.status !== 204 && (answer.headers.get('content-type') ?? '').includes('json');
  const content: unknown = isJson ? await answer.json() : await answer.text();
  if (!answer.ok) throw new ApiError(answer.status, isJson ? (content as Problem) : null);
  return content as T;
}

async function ask<T>(method: string, path: string, body?: unknown, key?: string): Promise<T> {
  const answer = await send(method, path, body, key);
  if (answer.status === 401 && onSessionLost) {
    await onSessionLost();
    return read<T>(await send(method, path, body, key));
  }
  return read<T>(answer);
}

/** A file of the bank's, with the name that it gives it. */
export async function getFile(path: string): Promise<{ name: string; content: Blob }> {
  let answer = await send('GET', path);
  if (answer.status === 401 && onSessionLost) {
    await onSessionLost();
    answer = await send('GET', path);
  }
  if (!answer.ok) return read(answer);
  const name = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1] ?? '';
  return { name, content: await answer.blob() };
}

export const get = <T>(path: string) => ask<T>('GET', path);
export const post = <T>(path: string, body: unknown, key: string) => ask<T>('POST', path, body, key);

export const put = <T>(path: string, body: unknown, key: string) => ask<T>('PUT', path, body, key);

/** A key for one intention of a person: the same intention, however often it is sent, is done once. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const END_WITHIN_MS = 5000;
let ending: Promise<unknown> = Promise.resolve();

/** End a session. The answer takes the cookie away, whosever it is by then: so whoever logs in next waits for it. A line that
 * neither answers nor breaks is given up, and its answer with it, which then takes nothing away. */
export function endSession(path: string): Promise<Response> {
  const line = new AbortController();
  const patience = setTimeout(() => line.abort(), END_WITHIN_MS);
  const end = send('DELETE', path, undefined, undefined, { signal: line.signal }).finally(() =>
    clearTimeout(patience),
  );
  ending = Promise.allSettled([ending, end]);
  return end;
}

/** Ask without waiting for somebody to log in again: for logging in itself. */
export async function askOnce<T>(method: string, path: string, body?: unknown): Promise<T> {
  await ending;
  return read<T>(await send(method, path, body));
}

/* Sessions are asked for without the repetition above: a wrong password is an answer. */

export async function logIn(number: string, password: string): Promise<Me> {
  return (await askOnce<{ me: Me }>('POST', '/v1/sessions', { number, password, cookie: true })).me;
}

export async function whoAmI(): Promise<Me | null> {
  const answer = await send('GET', '/v1/sessions/current');
  return answer.status === 401 ? null : read<Me>(answer);
}

export async function logOut(): Promise<void> {
  await endSession('/v1/sessions/current');
}

/** A second person at the same screen: a session of one errand, held in memory, ended with it. */
export async function onBehalfOf<T>(
  number: string,
  password: string,
  errand: (ask: <A>(method: string, path: string, body?: unknown, key?: string) => Promise<A>) => Promise<T>,
): Promise<T> {
  const opened = await read<{ token: string }>(await send('POST', '/v1/sessions', { number, password }));
  const { token } = opened;
  try {
    return await errand(async (method, path, body, key) =>
      read(await send(method, path, body, key, { token })),
    );
  } finally {
    await send('DELETE', '/v1/sessions/current', undefined, undefined, { token }).catch(() => undefined);
  }
}
