/* The two languages of the bank: every word on a page is a key in web/locales, and the switch needs no reload. */

import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import chinese from '../locales/zh-CN.json';
import english from '../locales/en.json';

export type Language = 'zh-CN' | 'en';
export type Key = keyof typeof chinese;
type Words = Record<Key, string>;
type Parameters = Record<string, string | number | boolean | null>;

const WORDS: Record<Language, Words> = { 'zh-CN': chinese, en: english };
const REMEMBERED = 'liushui.language';

interface I18n {
  language: Language;
  setLanguage: (language: Language) => void;
  t: (key: Key, parameters?: Parameters) => string;
  /** The sentence of a refusal by its code; null where the code is not known here. */
  refusal: (code: string, parameters: Parameters) => string | null;
}

const Context = createContext<I18n | null>(null);

function fill(text: string, parameters: Parameters): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => String(parameters[name] ?? hole));
}

export function currentLanguage(): Language {
  return localStorage.getItem(REMEMBERED) === 'en' ? 'en' : 'zh-CN';
}

export function WordsProvider({ children }: { children: ReactNode }) {
  const [language, setState] = useState<Language>(currentLanguage);
  const [refusals, setRefusals] = useState<Record<string, string>>({});
  useEffect(() => {
    document.documentElement.lang = language;
    let wanted = true;
    const file =
      language === 'en'
        ? import('../../src/liushui/locales/en.json')
        : import('../../src/liushui/locales/zh-CN.json');
    void file.then((found) => wanted && setRefusals(found.default));
    return () => {
      wanted = false;
    };
  }, [language]);
  const setLanguage = useCallback((next: Language) => {
    localStorage.setItem(REMEMBERED, next);
    setState(next);
  }, []);
  const value = useMemo<I18n>(
    () => ({
      language,
      setLanguage,
      t: (key, parameters = {}) => fill(WORDS[language][key], parameters),
      refusal: (code, parameters) => {
        const sentence = refusals[code];
        return sentence === undefined ? null : fill(sentence, parameters);
      },
    }),
    [language, setLanguage, refusals],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

export function useI18n(): I18n {
  const found = useContext(Context);
  if (!found) throw new Error('no LanguageProvider above');
  return found;
}

/** The reader's one of two labels. */
export function labelOf(labels: { zh: string; en: string }, language: Language): string {
  return language === 'en' ? labels.en : labels.zh;
}

/** Models name their elements in both languages, Chinese first: take the reader's part of such a name. */
export function partOf(name: string, language: Language): string {
  const found = /^(.*[\u3400-\u9fff\u3000-\u303f\uff00-\uffef?？)）])\s+([\x20-\x7e‘’“”–]+)$/u.exec(
    name.trim(),
  );
  if (!found?.[1] || !found[2]) return name;
  return language === 'en' ? found[2] : found[1];
}
