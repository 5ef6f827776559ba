import type { Key } from './i18n';

const RIGHTS: Record<string, Key> = {
  account_read: 'right.accountRead',
  audit_read: 'right.auditRead',
  branch_journal_read: 'right.branchJournalRead',
  case_cancel: 'right.caseCancel',
  case_read: 'right.caseRead',
  cash_read: 'right.cashRead',
  customer_open: 'right.customerOpen',
  customer_read: 'right.customerRead',
  day_end_run: 'right.dayEndRun',
  hold: 'right.hold',
  incident_manage: 'right.incidentManage',
  journal_read: 'right.journalRead',
  machine_manage: 'right.machineManage',
  message_send: 'right.messageSend',
  notice_agree: 'right.noticeAgree',
  overview_read: 'right.overviewRead',
  process_deploy: 'right.processDeploy',
  process_read: 'right.processRead',
  product_read: 'right.productRead',
  receipt_print: 'right.receiptPrint',
  report_read: 'right.reportRead',
  staff_manage: 'right.staffManage',
  transfer: 'right.transfer',
  trial_balance_read: 'right.trialBalanceRead',
  voucher_read: 'right.voucherRead',
};

/** What a right allows, in words; its name where the pages do not know it. */
export function rightName(permission: string, t: (key: Key) => string): string {
  const key = RIGHTS[permission];
  return key ? t(key) : permission;
}
