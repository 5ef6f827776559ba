/* One member of staff: roles, and whether they may log in. Every change says first what it does. */

import { useState } from 'react';
import { Button, Checkbox } from 'antd';
import { post, put } from '../../shared/api/client';
import type { RoleView, StaffView } from '../../shared/api/consoleTypes';
import { labelOf, useI18n } from '../../shared/i18n';
import { useSession } from '../../shared/session';
import { useErrand } from '../../shared/useErrand';
import { Confirmed } from '../Confirmed';
import { StateTag } from './Staff';

interface Props {
  member: StaffView;
  roles: readonly RoleView[];
  onChanged: () => void;
  onClose: () => void;
}

/** A customer's role is no role of the staff. */
const NO_STAFF = new Set(['customer', 'service']);

export function staffRoles(roles: readonly RoleView[]): RoleView[] {
  return roles.filter((role) => !NO_STAFF.has(role.name));
}

export function Member({ member, roles, onChanged, onClose }: Props) {
  const { t, language } = useI18n();
  const { me } = useSession();
  const path = `/v1/staff/${member.number}`;
  const [given, setGiven] = useState<readonly string[]>(member.roles);
  const name = (what: string) => `staff.${what}.${member.number}`;
  const giving = useErrand(
    me.number,
    name('roles'),
    (form, key) => put<StaffView>(`${path}/roles`, form, key),
    onChanged,
  );
  const shutting = useErrand(
    me.number,
    name('state'),
    (form, key) => put<StaffView>(`${path}/state`, form, key),
    onChanged,
  );
  const unlocking = useErrand(
    me.number,
    name('unlock'),
    (_form, key) => post<StaffView>(`${path}/unlock`, undefined, key),
    onChanged,
  );
  const changed = [...given].sort().join() !== [...member.roles].sort().join();
  const own = member.number === me.number;
  const { number } = member;
  return (
    <aside className="detail" aria-label={number}>
      <div className="place-head">
        <h2>
          {number} {member.name}
        </h2>
        <StateTag member={member} />
      </div>
      {own ? (
        <p className="quiet">{t('staff.own')}</p>
      ) : (
        <>
          <fieldset className="checks">
            <legend>{t('staff.roles')}</legend>
            {staffRoles(roles).map((role) => (
              <Checkbox
                key={role.name}
                checked={given.includes(role.name)}
                onChange={(event) =>
                  setGiven(
                    event.target.checked ? [...given, role.name] : given.filter((one) => one !== role.name),
                  )
                }
              >
                {labelOf(role, language)}
              </Checkbox>
            ))}
          </fieldset>
          {(changed || giving.progress !== 'idle' || giving.error) && (
            <Confirmed
              text={t('staff.give')}
              warning={t('staff.giveWarning', { number })}
              errand={giving}
              onConfirmed={() => giving.submit({ roles: [...given] }, [])}
            />
          )}
          {member.locked_until && (
            <Confirmed
              text={t('staff.unlock')}
              warning={t('staff.unlockWarning', { number })}
              errand={unlocking}
              onConfirmed={() => unlocking.submit({}, [])}
            />
          )}
          <Confirmed
            text={member.active ? t('staff.shutOut') : t('staff.letIn')}
            warning={t(member.active ? 'staff.shutOutWarning' : 'staff.letInWarning', { number })}
            errand={shutting}
            danger={member.active}
            onConfirmed={() => shutting.submit({ active: !member.active }, [])}
          />
        </>
      )}
      <Button className="more" onClick={onClose}>
        {t('till.back')}
      </Button>
    </aside>
  );
}
