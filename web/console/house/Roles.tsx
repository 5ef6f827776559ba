/* Which role has which right (岗位与权限), from the bank's own table of roles. */

import { Alert, Spin } from 'antd';
import { get } from '../../shared/api/client';
import type { RoleView } from '../../shared/api/consoleTypes';
import { useFaultText } from '../../shared/faults';
import { labelOf, useI18n } from '../../shared/i18n';
import { rightName } from '../../shared/rights';
import { useLoad } from '../../shared/useLoad';

export default function Roles() {
  const { t, language } = useI18n();
  const faultText = useFaultText();
  const { value: roles, error } = useLoad('roles', () => get<RoleView[]>('/v1/roles'));
  const rights = [...new Set(roles?.flatMap((role) => role.permissions))].sort();
  return (
    <section className="place" aria-label={t('console.roles')}>
      <h1>{t('console.roles')}</h1>
      <p className="quiet">{t('roles.more')}</p>
      {error && <Alert type="error" showIcon title={faultText(error)} />}
      {!roles && !error && <Spin />}
      {roles && (
        <div className="scroll-x" tabIndex={0} role="region" aria-label={t('roles.table')}>
          <table className="way rights" aria-label={t('roles.table')}>
            <thead>
              <tr>
                <th scope="col">{t('roles.right')}</th>
                {roles.map((role) => (
                  <th key={role.name} scope="col">
                    {labelOf(role, language)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              <tr>
                <th scope="row">{t('roles.anywhere')}</th>
                {roles.map((role) => (
                  <Mark key={role.name} has={role.anywhere} />
                ))}
              </tr>
              {rights.map((right) => (
                <tr key={right}>
                  <th scope="row" title={right}>
                    {rightName(right, t)}
                  </th>
                  {roles.map((role) => (
                    <Mark key={role.name} has={role.permissions.includes(right)} />
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Mark({ has }: { has: boolean }) {
  const { t } = useI18n();
  return <td>{has && <span className="mark" role="img" aria-label={t('roles.has')} />}</td>;
}
