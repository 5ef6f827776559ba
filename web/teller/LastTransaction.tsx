/* What this person did last, without being asked: after a crash or a new log-in nobody has to wonder how it came out. */

import { get } from '../shared/api/client';
import type { CasePage, CaseView, JournalView } from '../shared/api/types';
import { partOf, useI18n } from '../shared/i18n';
import { largestOf } from '../shared/money';
import { showMoment } from '../shared/moments';
import { useSession } from '../shared/session';
import { useLoad } from '../shared/useLoad';
import { useWorkbench } from './workbenchState';

async function lastOf(): Promise<{ shown: CaseView; booked: JournalView | null } | null> {
  const [line] = (await get<CasePage>('/v1/cases?mine=true&limit=1')).cases;
  if (!line) return null;
  const shown = await get<CaseView>(`/v1/cases/${line.case}`);
  const journal = shown.objects.journal?.at(-1);
  return { shown, booked: journal ? await get<JournalView>(`/v1/journals/${journal}`) : null };
}

export function LastTransaction() {
  const { t, language } = useI18n();
  const { me } = useSession();
  const { processes, tabs, open, show } = useWorkbench();
  const mayLook = me.permissions.includes('case_read') && me.permissions.includes('journal_read');
  const { value } = useLoad('my last case', async () => (mayLook ? lastOf() : null));
  const process = processes?.find((one) => one.key === value?.shown.process);
  if (!value || !process) return null;
  const { shown, booked } = value;
  const outcome =
    shown.ended_at === null
      ? t('last.running')
      : booked
        ? t('last.booked', { amount: largestOf(booked.entries), journal: booked.journal })
        : t('last.ended');
  const tab = tabs.find((one) => one.case === shown.case && !one.place);
  return (
    <p className="last" aria-label={t('last.title')}>
      <span className="quiet">{t('last.title')}</span>{' '}
      <button
        type="button"
        className="link-button"
        onClick={() => (tab ? show(tab.id) : open(process.key, { case: shown.case }))}
      >
        {partOf(process.name, language)} {outcome}
      </button>{' '}
      <span className="quiet">{showMoment(shown.ended_at ?? shown.started_at, language)}</span>
    </p>
  );
}
