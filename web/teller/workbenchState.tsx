/* The transactions somebody has open, as tabs. Kept as a draft: a reload, a lock or a lost session changes nothing. */

import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { get, newKey } from '../shared/api/client';
import type { ProcessView } from '../shared/api/types';
import { dropDraft, loadDraft, saveDraft } from '../shared/drafts';
import { withoutSecrets, type Filled } from '../shared/fields/filled';
import { useSession } from '../shared/session';
import { useLoad } from '../shared/useLoad';

export interface Tab {
  id: string;
  /** Of the intention, from its beginning: whoever sends the same draft from another window does nothing twice. */
  key: string;
  process: string;
  filled: Filled;
  case: number | null;
  /** The page that leads through it; null: the workbench's own tabs. */
  place: Place;
}

export type Place = 'till' | null;
export interface Begun {
  filled?: Filled;
  case?: number;
  place?: Place;
}

interface Kept {
  tabs: Tab[];
  active: string | null;
}

interface Workbench extends Kept {
  /** What this person may start at the counter, by transaction code; null until known. */
  processes: readonly ProcessView[] | null;
  open: (process: string, begun?: Begun) => void;
  /** The same draft under another name and key: another transaction. */
  renew: (id: string) => void;
  close: (id: string) => void;
  show: (id: string | null) => void;
  change: (id: string, part: Partial<Tab>) => void;
}

function newTab(process: string, { filled = {}, case: number, place = null }: Begun): Tab {
  return { id: newKey().slice(0, 8), key: newKey(), process, filled, case: number ?? null, place };
}

const SLOT = 'workbench';
const COUNTER = 'counter';
const Context = createContext<Workbench | null>(null);

export function useWorkbench(): Workbench {
  const found = useContext(Context);
  if (!found) throw new Error('no WorkbenchProvider above');
  return found;
}

export function WorkbenchProvider({ children }: { children: ReactNode }) {
  const { me } = useSession();
  const [kept, setKept] = useState<Kept>(
    () => loadDraft<Kept>(me.number, SLOT) ?? { tabs: [], active: null },
  );
  const { value: all } = useLoad('processes', () => get<ProcessView[]>('/v1/processes'));
  const processes = useMemo(
    () =>
      all
        ?.filter(
          (one) => one.channels.includes(COUNTER) && one.start_roles.some((role) => me.roles.includes(role)),
        )
        .sort((a, b) => (a.code ?? '9999').localeCompare(b.code ?? '9999')) ?? null,
    [all, me.roles],
  );

  useEffect(() => {
    const tabs = kept.tabs.map((tab) => {
      const fields = all?.find((one) => one.key === tab.process)?.start_form?.fields;
      return fields ? { ...tab, filled: withoutSecrets(fields, tab.filled) } : { ...tab, filled: {} };
    });
    if (all) saveDraft(me.number, SLOT, { ...kept, tabs });
  }, [me.number, kept, all]);

  const open = useCallback((process: string, begun: Begun = {}) => {
    const tab = newTab(process, begun);
    setKept((now) => ({ tabs: [...now.tabs, tab], active: tab.place ? now.active : tab.id }));
  }, []);
  const renew = useCallback((id: string) => {
    setKept((now) => {
      const before = now.tabs.find((tab) => tab.id === id);
      if (!before) return now;
      const tab = newTab(before.process, { filled: before.filled, place: before.place });
      return {
        tabs: now.tabs.map((one) => (one.id === id ? tab : one)),
        active: now.active === id ? tab.id : now.active,
      };
    });
  }, []);
  const close = useCallback(
    (id: string) => {
      dropDraft(me.number, `errand.start.${id}`);
      setKept((now) => {
        const own = now.tabs.filter((tab) => !tab.place);
        const at = own.findIndex((tab) => tab.id === id);
        const left = own.filter((tab) => tab.id !== id);
        const active = now.active === id ? (left[Math.max(0, at - 1)]?.id ?? null) : now.active;
        return { tabs: now.tabs.filter((tab) => tab.id !== id), active };
      });
    },
    [me.number],
  );
  const show = useCallback((id: string | null) => setKept((now) => ({ ...now, active: id })), []);
  const change = useCallback(
    (id: string, part: Partial<Tab>) =>
      setKept((now) => ({
        ...now,
        tabs: now.tabs.map((tab) => (tab.id === id ? { ...tab, ...part } : tab)),
      })),
    [],
  );
  const value = useMemo(
    () => ({ ...kept, processes, open, renew, close, show, change }),
    [kept, processes, open, renew, close, show, change],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}
