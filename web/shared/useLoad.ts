import { useCallback, useEffect, useRef, useState } from 'react';
import { type ApiError, asApiError } from './api/client';

export interface Loaded<T> {
  value: T | null;
  error: ApiError | null;
  reload: () => void;
}

/** Ask for something, again whenever ``what`` changes, and every ``everyMs`` where given. A failed repetition keeps what
 * was known and shows the error beside it. */
export function useLoad<T>(what: string, load: () => Promise<T>, everyMs?: number): Loaded<T> {
  const [state, setState] = useState<{ what: string; value: T | null; error: ApiError | null }>({
    what,
    value: null,
    error: null,
  });
  const [round, setRound] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    let wanted = true;
    let timer: number | undefined;
    const once = () => {
      latest
        .current()
        .then((value) => wanted && setState({ what, value, error: null }))
        .catch((error: unknown) => {
          const known = asApiError(error);
          if (wanted)
            setState((before) => ({ what, value: before.what === what ? before.value : null, error: known }));
        })
        .finally(() => {
          if (wanted && everyMs) timer = window.setTimeout(once, everyMs);
        });
    };
    once();
    return () => {
      wanted = false;
      window.clearTimeout(timer);
    };
  }, [what, round, everyMs]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  const current = state.what === what;
  return { value: current ? state.value : null, error: current ? state.error : null, reload };
}
