import { createContext, use } from "react";
import { newConnection, type Connection } from "./connection.ts";

export const ConnectionContext = createContext<Connection>(newConnection(0));

export function useConnection(): Connection {
  return use(ConnectionContext);
}
