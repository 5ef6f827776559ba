import { useCallback } from 'react';
import { get } from './api/client';
import type { RoleView } from './api/consoleTypes';
import { labelOf, useI18n } from './i18n';
import { useLoad } from './useLoad';

/** What the bank's roles are called, by name or by several names with spaces between; the names themselves until that is
 * known. */
export function useRoleNames(): (names: string) => string {
  const { language, t } = useI18n();
  const { value } = useLoad('roles', () => get<RoleView[]>('/v1/roles'));
  return useCallback(
    (names) => {
      const called = (name: string) => {
        const role = value?.find((one) => one.name === name);
        return role ? labelOf(role, language) : name;
      };
      return names.split(' ').map(called).join(t('role.or'));
    },
    [value, language, t],
  );
}
