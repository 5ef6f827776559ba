/* A new member of staff. The first password is told to the person and kept nowhere on the page. */

import { useMemo, useState } from 'react';
import { Alert, Button } from 'antd';
import { post } from '../../shared/api/client';
import type { BranchView, RoleView, StaffView } from '../../shared/api/consoleTypes';
import type { FieldDefinition, FormDefinition, Values } from '../../shared/api/types';
import { FormRenderer } from '../../shared/fields/FormRenderer';
import { toForm, type Filled } from '../../shared/fields/filled';
import { type Key, useI18n } from '../../shared/i18n';
import { useSession } from '../../shared/session';
import { useErrand } from '../../shared/useErrand';
import { Trouble } from '../Confirmed';
import { staffRoles } from './Member';

const ROLE = 'role_';

interface Props {
  branches: readonly BranchView[];
  roles: readonly RoleView[];
  onEntered: () => void;
  onClose: () => void;
}

/** The form's answers as the bank takes them: its ticked roles are one list. */
function entry(form: Values): Values {
  const roles = Object.keys(form).filter((name) => name.startsWith(ROLE) && form[name] === true);
  const rest = Object.entries(form).filter(([name]) => !name.startsWith(ROLE));
  return { ...Object.fromEntries(rest), roles: roles.map((name) => name.slice(ROLE.length)) };
}

export function NewMember({ branches, roles, onEntered, onClose }: Props) {
  const { t } = useI18n();
  const { me } = useSession();
  const [filled, setFilled] = useState<Filled>({});
  const [entered, setEntered] = useState('');
  const form = useMemo<FormDefinition>(() => {
    const field = (name: string, title: Key, more: Partial<FieldDefinition> = {}): FieldDefinition => ({
      name,
      type: 'text',
      zh: t(title),
      en: t(title),
      required: true,
      least: null,
      most: null,
      pattern: null,
      choices: null,
      currency: 'CNY',
      secret: false,
      ...more,
    });
    const choices = Object.fromEntries(
      branches.map((one) => [
        one.code,
        { zh: `${one.code} ${one.name_zh}`, en: `${one.code} ${one.name_en}` },
      ]),
    );
    const title = { zh: t('staff.new'), en: t('staff.new') };
    return {
      name: 'staff',
      ...title,
      fields: [
        field('number', 'staff.number'),
        field('name', 'staff.name'),
        field('branch', 'worklist.branch', { type: 'choice', choices }),
        field('password', 'staff.password', { secret: true }),
        ...staffRoles(roles).map((role) => ({
          ...field(`${ROLE}${role.name}`, 'staff.roles', { type: 'flag', required: false }),
          zh: role.zh,
          en: role.en,
        })),
      ],
    };
  }, [t, branches, roles]);
  const errand = useErrand(
    me.number,
    'staff.new',
    (given, key) => post<StaffView>('/v1/staff', given, key),
    (member) => {
      setFilled({});
      setEntered(member.number);
      onEntered();
    },
  );
  return (
    <aside className="detail staff-new" aria-label={t('staff.new')}>
      <h2>{t('staff.new')}</h2>
      {entered && (
        <Alert type="success" showIcon role="status" title={t('staff.entered', { number: entered })} />
      )}
      <FormRenderer
        form={form}
        filled={filled}
        error={errand.progress === 'unknown' ? null : errand.error}
        disabled={errand.progress === 'unknown'}
        sending={errand.progress === 'sending'}
        submitText={t('staff.enter')}
        takesFocus
        onChange={setFilled}
        onSubmit={() => {
          setEntered('');
          errand.submit(entry(toForm(form.fields, filled)), form.fields);
        }}
        more={<Button onClick={onClose}>{t('till.back')}</Button>}
      />
      {errand.progress === 'unknown' && <Trouble errand={errand} />}
    </aside>
  );
}
