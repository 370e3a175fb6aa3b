/**
 * Who we are among the processes of this machine, so that a lock file can say whose it is.
 *
 * A pid alone is not enough: pids are used again, and after a reboot all of them are. A process is named by
 * pid, boot id and start time; where /proc is missing (not Linux) the last two are empty and a living pid
 * counts as the owner.
 */

import { readFileSync } from 'node:fs';

export type ProcessIdentity = { readonly pid: number; readonly boot: string; readonly started: string };

export interface ProcessTable {
  readonly self: ProcessIdentity;
  /** Is the process that wrote this still running? */
  isAlive(identity: ProcessIdentity): boolean;
}

export function systemProcesses(): ProcessTable {
  const boot = readBootId();
  return {
    self: { pid: process.pid, boot, started: readStartTime(process.pid) },
    isAlive(identity) {
      if (identity.boot !== boot) return false;
      try {
        process.kill(identity.pid, 0);
      } catch (cause) {
        // EPERM: it lives, but under another user.
        if ((cause as NodeJS.ErrnoException).code !== 'EPERM') return false;
      }
      return readStartTime(identity.pid) === identity.started;
    },
  };
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

/** Field 22 of /proc/PID/stat: clock ticks from boot to the start of the process. */
function readStartTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name (field 2) may hold anything, also spaces and parentheses; fields restart after it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
