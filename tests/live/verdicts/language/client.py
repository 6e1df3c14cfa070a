# COUNT times: the number in the segment grows under the lock, and is sent. `lock`: dies with the lock.
import sys
import time
import sysv_ipc

key, count = int(sys.argv[1]), sys.argv[2]
segment, lock = sysv_ipc.SharedMemory(key), sysv_ipc.Semaphore(key)
queue = sysv_ipc.MessageQueue(key)
if count == "lock":
    lock.acquire()
    print("locked", flush=True)
    time.sleep(1000)
for _ in range(int(count)):
    with lock:
        segment.write((int.from_bytes(segment.read(4), "big") + 1).to_bytes(4, "big"))
    queue.send(b"x" * 400)
