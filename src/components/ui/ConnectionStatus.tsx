// The address under which the documents name it (seed 002). Re-export only.
export { ConnectionStatus } from '../connection-status.tsx';
