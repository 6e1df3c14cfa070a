# A segment, a set and a queue by one key; numbers are taken from the queue for ever.
import sys
import sysv_ipc

key = int(sys.argv[1])
segment = sysv_ipc.SharedMemory(key, sysv_ipc.IPC_CREAT, 0o600, 4 << 20)
lock = sysv_ipc.Semaphore(key, sysv_ipc.IPC_CREAT, 0o600)
queue = sysv_ipc.MessageQueue(key, sysv_ipc.IPC_CREAT, 0o600)
lock.value = 1
segment.write((0).to_bytes(4, "big"))
while True:
    queue.receive()
