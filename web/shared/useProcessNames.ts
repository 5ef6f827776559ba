import { useCallback } from 'react';
import { get } from './api/client';
import type { ProcessView } from './api/types';
import { partOf, useI18n } from './i18n';
import { useLoad } from './useLoad';

/** What processes are called, by key; the key itself until that is known. */
export function useProcessNames(): (key: string) => string {
  const { language } = useI18n();
  const { value } = useLoad('processes', () => get<ProcessView[]>('/v1/processes'));
  return useCallback(
    (key) => partOf(value?.find((one) => one.key === key)?.name ?? key, language),
    [value, language],
  );
}
