/* Refusals in the reader's language: by code from the bank's own sentences, so that they follow a switch of language. */

import { useCallback } from 'react';
import { ApiError } from './api/client';
import type { ProblemFault } from './api/types';
import { useI18n } from './words';

export function useFaultText(): (fault: ApiError | ProblemFault) => string {
  const { t, refusal } = useI18n();
  return useCallback(
    (fault) => {
      if (fault instanceof ApiError) {
        const first = fault.faults[0];
        if (first) return `${refusal(first.code, first.params) ?? first.message} (${first.code})`;
        return fault.status === 0 ? t('fault.unreachable') : t('fault.unknown', { status: fault.status });
      }
      return `${refusal(fault.code, fault.params) ?? fault.message} (${fault.code})`;
    },
    [t, refusal],
  );
}
