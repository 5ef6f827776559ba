/* A request of the customer's to the bank: a case of a process, begun once, then followed on its own page. */

import { useLocation } from 'wouter';
import { post } from '../shared/api/client';
import type { MyCase } from '../shared/api/customerTypes';
import { useErrand, type Errand } from '../shared/useErrand';
import { useVisit } from './visit';

/** name: of the intention. onBegun: before the customer is taken to the case. */
export function useRequest(
  name: string,
  process: string,
  onBegun?: () => void,
  how?: { replace: boolean },
): Errand {
  const { visit } = useVisit();
  const [, go] = useLocation();
  return useErrand<MyCase>(
    visit.customer,
    name,
    (form, key) => post(`/v1/my/processes/${process}/cases`, { form }, key),
    (made) => {
      onBegun?.();
      go(`/requests/${made.case}`, how);
    },
  );
}
