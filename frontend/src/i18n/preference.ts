/** The reader's language: stored choice first, browser's next. A tiny store outside React, shared by all tabs. */
import type { Language } from "@/i18n/dictionary";

export const LANGUAGE_KEY = "modelport-language";
const listeners = new Set<() => void>();

export function currentLanguage(): Language {
  return storedLanguage() ?? (navigator.language.toLowerCase().startsWith("fr") ? "fr" : "en");
}

export function chooseLanguage(language: Language): void {
  try {
    localStorage.setItem(LANGUAGE_KEY, language);
  } catch {
    // Storage can be refused (private mode): the choice then lasts until the page is left.
    sessionChoice = language;
  }
  listeners.forEach((listener) => listener());
}

let sessionChoice: Language | null = null;

function storedLanguage(): Language | null {
  try {
    const stored = localStorage.getItem(LANGUAGE_KEY);
    return stored === "en" || stored === "fr" ? stored : sessionChoice;
  } catch {
    return sessionChoice;
  }
}

export function subscribeLanguage(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

/** Runs in <head> before the first paint; a constant text, so that one hash covers it on every page. */
export const languageScript = `(function(){try{var d=document.documentElement,s=localStorage.getItem("${LANGUAGE_KEY}"),l=s==="en"||s==="fr"?s:(navigator.language||"").toLowerCase().indexOf("fr")===0?"fr":"en";if(l!=="en"){d.lang=l;d.setAttribute("data-language-pending","")}}catch(e){}})()`;
