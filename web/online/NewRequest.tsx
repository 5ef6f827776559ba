/* Any request that the bank lets a customer begin, from its own form: a new procedure needs no new page. */

import { useMemo, type ReactNode } from 'react';
import { get } from '../shared/api/client';
import type { Offer } from '../shared/api/customerTypes';
import type { FieldDefinition, Values } from '../shared/api/types';
import { useDraft } from '../shared/drafts';
import { asked, fromValues, toForm, type Filled } from '../shared/fields/filled';
import { partOf, useI18n } from '../shared/words';
import { useLoad } from '../shared/useLoad';
import { Back } from './Account';
import { FormFields } from './FormFields';
import { Button, Failed, Notice, OtherFaults, Title, Unknown, Waiting } from './parts';
import { useRequest } from './useRequest';
import { useVisit } from './visit';

/** What only the bank's people fill in. */
export const STAFF_FIELDS: Record<string, string[]> = {
  agree_standing_order: ['identified', 'replaces', 'retries'],
  cancel_standing_order: ['identified'],
  complaint: [
    'received_on',
    'received_via',
    'customer',
    'complainant',
    'contact',
    'people',
    'complained_staff',
  ],
  complaint_withdrawal: ['customer'],
  open_time_deposit: ['voucher', 'rate'],
  report_loss: ['reporter'],
  transfer: ['value_date'],
};

/** What is filled in for the customer, for there is no choice. */
function presets(process: string, name: string): Values {
  if (process === 'complaint') return { received_via: 'online' };
  if (process === 'report_loss') return { reporter: name };
  return {};
}

export function useOffers() {
  return useLoad('offers', () => get<Offer[]>('/v1/my/processes'));
}

interface Props {
  process: string;
  /** What is to be read before the form. */
  children?: ReactNode;
}

export function NewRequest({ process, children }: Props) {
  const { t } = useI18n();
  const { value, error, reload } = useOffers();
  if (error) return <Failed error={error} onAgain={reload} />;
  if (!value) return <Waiting />;
  const offer = value.find((one) => one.process === process);
  if (!offer) return <Notice kind="plain" title={t('online.request.unknown')} />;
  return <Filling offer={offer}>{children}</Filling>;
}

/** What the page before this one knew, in the browser's history and not in the address. */
function known(): Values {
  const state: unknown = window.history.state;
  return state && typeof state === 'object' ? (state as Values) : {};
}

function Filling({ offer, children }: { offer: Offer; children: ReactNode }) {
  const { t, language } = useI18n();
  const { visit } = useVisit();
  const fields: readonly FieldDefinition[] = useMemo(
    () =>
      (offer.start_form?.fields ?? []).filter((field) => !STAFF_FIELDS[offer.process]?.includes(field.name)),
    [offer],
  );
  const [filled, keep, drop] = useDraft<Filled>(visit.customer, `new.${offer.process}`, () =>
    fromValues(fields, known()),
  );
  const errand = useRequest(`new.${offer.process}`, offer.process, drop, { replace: true });
  const given = { ...toForm(fields, filled), ...presets(offer.process, visit.name) };
  return (
    <>
      <Title back={<Back href="/requests" />}>{partOf(offer.name, language)}</Title>
      {children}
      <form
        className="stack card"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          errand.submit(given, fields);
        }}
      >
        <OtherFaults error={errand.error} names={asked(fields, filled).map((field) => field.name)} />
        {errand.progress === 'unknown' && <Unknown onAgain={errand.again} />}
        <FormFields fields={fields} filled={filled} error={errand.error} onChange={keep} />
        <Button
          type="submit"
          wide
          busy={errand.progress === 'sending'}
          disabled={errand.progress === 'unknown'}
        >
          {t('online.request.send')}
        </Button>
      </form>
    </>
  );
}
