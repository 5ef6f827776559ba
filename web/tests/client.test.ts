import { afterEach, expect, test, vi } from 'vitest';
import { logIn, logOut } from '../shared/api/client';
import { beginLogIn, endVisit } from '../online/session';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** A bank that answers when it is told to; what it was asked, in order. */
function slowBank() {
  const asked: string[] = [];
  const answers: ((answer: Response | Error) => void)[] = [];
  const fetch = (path: string, { method, signal }: RequestInit) => {
    asked.push(`${method} ${path}`);
    return new Promise<Response>((resolve, reject) => {
      answers.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
      signal?.addEventListener('abort', () => reject(new Error('given up')));
    });
  };
  vi.stubGlobal('fetch', fetch);
  vi.stubGlobal('localStorage', { getItem: () => null });
  return { asked, answer: (answer: Response | Error) => answers.shift()?.(answer) };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
const answered = (content: object) => Response.json(content);

test.each([
  ['staff', logOut, () => logIn('T0001', 'secret'), '/v1/sessions/current', '/v1/sessions'],
  ['customer', endVisit, () => beginLogIn('1', 'secret'), '/v1/my/session', '/v1/customer-sessions'],
])('whoever logs in waits for an end under way: %s', async (_, end, enter, ended, begun) => {
  const results = [
    new Response(null, { status: 204 }),
    Response.json({}, { status: 401 }),
    new Error('offline'),
  ];
  for (const result of results) {
    const bank = slowBank();
    const ending = end().catch(() => undefined);
    const entered = enter();
    await turn();
    expect(bank.asked).toEqual([`DELETE ${ended}`]); // its answer would take a new cookie away
    bank.answer(result);
    await ending;
    await turn();
    expect(bank.asked).toEqual([`DELETE ${ended}`, `POST ${begun}`]);
    bank.answer(answered({ me: {} }));
    await entered;
  }
});

test('two ends are waited for, whichever is answered first', async () => {
  const bank = slowBank();
  void logOut();
  void logOut();
  void logIn('T0001', 'secret');
  await turn();
  bank.answer(new Response(null, { status: 204 }));
  await turn();
  expect(bank.asked).toHaveLength(2);
  bank.answer(new Response(null, { status: 204 }));
  await turn();
  expect(bank.asked).toHaveLength(3);
});

test('an end that is neither answered nor broken is given up after five seconds', async () => {
  vi.useFakeTimers();
  const bank = slowBank();
  const ending = logOut().catch((failed: unknown) => failed);
  void logIn('T0001', 'secret');
  await vi.advanceTimersByTimeAsync(4999);
  expect(bank.asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(bank.asked).toEqual(['DELETE /v1/sessions/current', 'POST /v1/sessions']);
  expect(await ending).toMatchObject({ status: 0 }); // whoever left sees that the bank was not reached
});

test('an end that was answered is not given up later', async () => {
  vi.useFakeTimers();
  const bank = slowBank();
  const ending = logOut();
  bank.answer(new Response(null, { status: 204 }));
  await ending;
  expect(vi.getTimerCount()).toBe(0);
});
