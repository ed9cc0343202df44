import { coerceError, systemCode } from "./errors.ts";

/** What the system says of a file or directory that cannot be read or written, in words to go on with after a colon. */
export function systemWords(thrown: unknown): string {
  switch (systemCode(thrown)) {
    case "ENOENT":
      return "there is no such file or directory";
    case "ENOTDIR":
    case "EEXIST":
      return "a file stands where a directory is needed";
    case "EISDIR":
      return "it is a directory, where a file is needed";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "ELOOP":
      return "symbolic links lead in a circle";
    case "ENAMETOOLONG":
      return "the name is too long";
    case "ENOSPC":
      return "no space left on the device";
    case "EDQUOT":
      return "the quota of disk space is used up";
    case "EROFS":
      return "the file system is read-only";
    case "EMFILE":
    case "ENFILE":
      return "too many files are open";
    case "EIO":
      return "the disk failed to read or write it";
    case "ESTALE":
      return "the network file system has lost it";
    default:
      return coerceError(thrown).message;
  }
}
