import { useCallback } from 'react';
import { get } from './api/client';
import type { RoleView } from './api/consoleTypes';
import { labelOf, useI18n } from './i18n';
import { useLoad } from './useLoad';

/** What the bank's roles are called, by name; the name itself until that is known. */
export function useRoleNames(): (name: string) => string {
  const { language } = useI18n();
  const { value } = useLoad('roles', () => get<RoleView[]>('/v1/roles'));
  return useCallback(
    (name) => {
      const role = value?.find((one) => one.name === name);
      return role ? labelOf(role, language) : name;
    },
    [value, language],
  );
}
