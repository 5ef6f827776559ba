import type { Key } from './i18n';

const CHANNELS: Record<string, Key> = {
  api: 'channel.api',
  atm: 'channel.atm',
  counter: 'channel.counter',
  kiosk: 'channel.kiosk',
  online: 'channel.online',
  open_api: 'channel.api',
  phone: 'channel.phone',
  replay: 'channel.replay',
  set_up: 'channel.setUp',
  system: 'channel.system',
};

/** What a channel is called; its name where the pages do not know it. */
export function channelName(channel: string, t: (key: Key) => string): string {
  const key = CHANNELS[channel];
  return key ? t(key) : channel;
}
