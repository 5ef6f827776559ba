/* What roles are called on the pages. */

import { useCallback } from 'react';
import { useI18n, type Key } from './i18n';

const ROLES = new Set([
  'teller',
  'vault_keeper',
  'supervisor',
  'operations',
  'auditor',
  'administrator',
  'service',
  'reviewer',
  'remote_authoriser',
  'complaint_handler',
  'compliance',
  'senior_manager',
  'product_manager',
  'customer',
]);

export function useRoleName(): (role: string | null) => string {
  const { t } = useI18n();
  return useCallback(
    (role) => (role && ROLES.has(role) ? t(`role.${role}` as Key) : (role ?? t('role.anybody'))),
    [t],
  );
}
