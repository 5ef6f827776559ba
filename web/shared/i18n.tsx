/* The words together with the ready-made parts in the reader's language; a page that draws its parts itself takes the words
   alone. */

import { useState, type ReactNode } from 'react';
import { ConfigProvider } from 'antd';
import chineseParts from 'antd/locale/zh_CN';
import englishParts from 'antd/locale/en_US';
import { useI18n, WordsProvider } from './words';

export { currentLanguage, labelOf, partOf, useI18n, type Key, type Language } from './words';

function cspNonce(): string | undefined {
  return document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce || undefined;
}

const THEME = {
  token: {
    colorPrimary: '#0b5c8a',
    fontFamily: 'inherit',
    borderRadius: 4,
    fontSize: 14,
    controlHeight: 32,
    colorTextDescription: '#595959',
    colorTextPlaceholder: '#6b6b6b',
    colorError: '#b3261e',
    colorLink: '#0b5c8a',
  },
  components: { Table: { cellPaddingBlockSM: 5, cellPaddingInlineSM: 8 } },
};

export function LanguageProvider({ children }: { children: ReactNode }) {
  return (
    <WordsProvider>
      <Parts>{children}</Parts>
    </WordsProvider>
  );
}

/** The ready-made parts, in the reader's language and the bank's colours. */
function Parts({ children }: { children: ReactNode }) {
  const [nonce] = useState(cspNonce);
  const { language } = useI18n();
  return (
    <ConfigProvider
      locale={language === 'en' ? englishParts : chineseParts}
      csp={nonce ? { nonce } : undefined}
      theme={THEME}
      componentSize="middle"
      wave={{ disabled: true }}
      button={{ autoInsertSpace: false }}
    >
      {children}
    </ConfigProvider>
  );
}
