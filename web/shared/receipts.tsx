/* Printing a journal's receipt: the bank keeps every print and makes the paper; the browser shows it, ready for the printer. */

import { useState } from 'react';
import { Alert, Button } from 'antd';
import { type ApiError, asApiError, newKey, post } from './api/client';
import type { ReceiptView } from './api/types';
import { useFaultText } from './faults';
import { useI18n } from './i18n';

interface Props {
  journal: number;
  /** Whether it has been printed before, so that this is a reprint. */
  again?: boolean;
  small?: boolean;
  onPrinted?: (receipt: ReceiptView) => void;
}

export function PrintReceipt({ journal, again = false, small = false, onPrinted }: Props) {
  const { t } = useI18n();
  const faultText = useFaultText();
  const [busy, setBusy] = useState(false);
  const [printed, setPrinted] = useState<ReceiptView | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [key, setKey] = useState(newKey);
  const print = () => {
    /* The window opens with the click, for browsers let no other; it is filled once the bank has kept the print. */
    const paper = window.open('', '_blank');
    setBusy(true);
    setError(null);
    post<ReceiptView>(`/v1/journals/${journal}/receipts`, {}, key)
      .then((receipt) => {
        setKey(newKey());
        setPrinted(receipt);
        const path = `/v1/receipts/${receipt.receipt}`;
        if (paper) paper.location.href = path;
        onPrinted?.(receipt);
      })
      .catch((failed: unknown) => {
        paper?.close();
        setError(asApiError(failed));
      })
      .finally(() => setBusy(false));
  };
  return (
    <span className="print-receipt">
      <Button size={small ? 'small' : undefined} loading={busy} onClick={print} className="no-print">
        {again || printed ? t('receipt.reprint') : t('receipt.print')}
      </Button>
      {printed && (
        <a
          href={`/v1/receipts/${printed.receipt}`}
          target="_blank"
          rel="noreferrer"
          className="no-print"
          data-copy={printed.copy_number}
        >
          {printed.copy_number > 1
            ? t('receipt.shownAgain', { copy: printed.copy_number })
            : t('receipt.shown')}
        </a>
      )}
      {error && <Alert type="error" showIcon title={faultText(error)} />}
    </span>
  );
}
