/* One intention of a person, done once. Its key and content are kept before it is sent: after a broken line, a reload or a
   restarted bank the same thing is asked again under the same key, until the bank has said yes or no. */

import { useCallback, useEffect, useRef, useState } from 'react';
import { type ApiError, asApiError, newKey } from './api/client';
import type { FieldDefinition, Values } from './api/types';
import { dropDraft, loadDraft, saveDraft } from './drafts';

const PAUSES_MS = [500, 1000, 2000, 4000, 8000];

interface Pending {
  key: string;
  form: Values;
  whole: boolean;
}

export type Progress = 'idle' | 'sending' | 'unknown';

export interface Errand {
  progress: Progress;
  error: ApiError | null;
  submit: (form: Values, fields: readonly FieldDefinition[]) => void;
  again: () => void;
}

export function useErrand<T>(
  owner: string,
  name: string,
  perform: (form: Values, key: string) => Promise<T>,
  onDone: (answer: T) => void,
  /** The key of this intention where it has one from its beginning, so that a second window with the same draft has it too. */
  ownKey?: string,
): Errand {
  const [progress, setProgress] = useState<Progress>('idle');
  const [error, setError] = useState<ApiError | null>(null);
  const busy = useRef(false);
  const inHand = useRef<Pending | null>(null);
  const calls = useRef({ perform, onDone });
  calls.current = { perform, onDone };
  const slot = `errand.${name}`;

  const run = useCallback(
    async (pending: Pending) => {
      if (busy.current) return;
      busy.current = true;
      inHand.current = pending;
      setProgress('sending');
      setError(null);
      for (let attempt = 0; ; attempt += 1) {
        try {
          const answer = await calls.current.perform(pending.form, pending.key);
          dropDraft(owner, slot);
          inHand.current = null;
          busy.current = false;
          setProgress('idle');
          calls.current.onDone(answer);
          return;
        } catch (failed) {
          const known = asApiError(failed);
          const pause = PAUSES_MS[attempt];
          if (!known.isAnswer && pause !== undefined) {
            await new Promise((resolve) => window.setTimeout(resolve, pause));
            continue;
          }
          if (known.isAnswer) {
            dropDraft(owner, slot);
            inHand.current = null;
          }
          busy.current = false;
          setError(known);
          setProgress(known.isAnswer ? 'idle' : 'unknown');
          return;
        }
      }
    },
    [owner, slot],
  );

  const submit = useCallback(
    (form: Values, fields: readonly FieldDefinition[]) => {
      if (busy.current) return;
      const secrets = fields.filter((field) => field.secret && field.name in form).map((field) => field.name);
      const before = loadDraft<Pending>(owner, slot);
      const pending = { key: before?.key ?? ownKey ?? newKey(), form, whole: secrets.length === 0 };
      const kept = Object.fromEntries(Object.entries(form).filter(([name]) => !secrets.includes(name)));
      saveDraft(owner, slot, { ...pending, form: kept });
      void run(pending);
    },
    [owner, slot, run, ownKey],
  );

  const again = useCallback(() => {
    if (inHand.current) void run(inHand.current);
  }, [run]);

  useEffect(() => {
    const left = loadDraft<Pending>(owner, slot);
    if (left?.whole) void run(left);
  }, [owner, slot, run]);

  return { progress, error, submit, again };
}
