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
  process: string;
  filled: Filled;
  case: number | null;
}

interface Kept {
  tabs: Tab[];
  active: string | null;
}

interface Workbench extends Kept {
  /** What this person may start at the counter, by transaction code; null until known. */
  processes: readonly ProcessView[] | null;
  open: (process: string) => void;
  close: (id: string) => void;
  show: (id: string | null) => void;
  change: (id: string, part: Partial<Tab>) => void;
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

  const open = useCallback((process: string) => {
    const tab: Tab = { id: newKey().slice(0, 8), process, filled: {}, case: null };
    setKept((now) => ({ tabs: [...now.tabs, tab], active: tab.id }));
  }, []);
  const close = useCallback(
    (id: string) => {
      dropDraft(me.number, `errand.start.${id}`);
      setKept((now) => {
        const at = now.tabs.findIndex((tab) => tab.id === id);
        const tabs = now.tabs.filter((tab) => tab.id !== id);
        const active = now.active === id ? (tabs[Math.max(0, at - 1)]?.id ?? null) : now.active;
        return { tabs, active };
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
    () => ({ ...kept, processes, open, close, show, change }),
    [kept, processes, open, close, show, change],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}
