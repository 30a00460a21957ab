import { Abandoned, Exit, maxMemory, type System } from './sevenzip-system.ts'

// Numbers of errors as WASI has them; `__syscall_` names answer with the negative.
const noTerminal = 59
const notImplemented = 52

type SystemCall = (...args: never[]) => unknown

/** Every call that 7-Zip knows: what is not here it cannot do. Paths are text that the archive chose. */
export function systemCalls(system: System): Record<string, SystemCall> {
  return {
    ...fileCalls(system),
    ...clockCalls(system),
    exit: (status: number) => {
      throw new Exit(status)
    },
    __cxa_throw: abandon,
    _abort_js: abandon,
    emscripten_get_heap_max: () => maxMemory,
    emscripten_resize_heap: (size: number) => system.grow(size),
    environ_get: () => 0,
    environ_sizes_get: (count: number, size: number) => {
      system.clear(count, 4)
      system.clear(size, 4)
      return 0
    },
  }
}

function fileCalls(system: System): Record<string, SystemCall> {
  const succeed = () => 0
  return {
    __syscall_openat: (_directory: number, path: number, flags: number) =>
      system.open(system.text(path), flags),
    __syscall_mkdirat: (_directory: number, path: number) => system.makeDirectory(system.text(path)),
    __syscall_stat64: (path: number, result: number) => system.stat(system.text(path), result),
    __syscall_lstat64: (path: number, result: number) => system.stat(system.text(path), result),
    __syscall_newfstatat: (_directory: number, path: number, result: number) =>
      system.stat(system.text(path), result),
    __syscall_fstat64: (file: number, result: number) => system.statOpen(file, result),
    // Attributes, links and removals are answered as done, and nothing is done.
    __syscall_chmod: succeed,
    __syscall_fchownat: succeed,
    __syscall_ftruncate64: succeed,
    __syscall_renameat: succeed,
    __syscall_rmdir: succeed,
    __syscall_symlinkat: succeed,
    __syscall_unlinkat: succeed,
    __syscall_utimensat: succeed,
    __syscall_getcwd: (result: number) => {
      system.put(result, Buffer.from('/\0'))
      return 2
    },
    __syscall_getdents64: () => 0,
    __syscall_ioctl: () => -noTerminal,
    __syscall_readlinkat: () => -notImplemented,
    fd_close: (file: number) => system.close(file),
    fd_fdstat_get: (_file: number, result: number) => {
      system.clear(result, 24)
      return 0
    },
    fd_read: (file: number, vectors: number, count: number, result: number) =>
      system.read(file, vectors, count, result),
    fd_write: (file: number, vectors: number, count: number, result: number) =>
      system.write(file, vectors, count, result),
    fd_seek: (file: number, offset: bigint, whence: number, result: number) =>
      system.seek(file, offset, whence, result),
  }
}

/** Times matter to nothing that we take from 7-Zip: it is always the start of 1970. */
function clockCalls(system: System): Record<string, SystemCall> {
  const epoch = (_time: bigint, result: number) => system.clear(result, 44)
  return {
    _gmtime_js: epoch,
    _localtime_js: epoch,
    _mktime_js: () => 0n,
    _tzset_js: () => {},
    clock_time_get: (_clock: number, _precision: bigint, result: number) => {
      system.clear(result, 8)
      return 0
    },
    emscripten_date_now: () => 0,
  }
}

function abandon(): never {
  throw new Abandoned()
}
