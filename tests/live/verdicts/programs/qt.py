# The two sides of a QSharedMemory with a QSystemSemaphore: qt.py owner|user|busy FILE-WHEN-READY
import sys
import time
from PyQt5.QtCore import QSharedMemory, QSystemSemaphore

role, ready = sys.argv[1], sys.argv[2]
memory, gate = QSharedMemory("verdicts"), QSystemSemaphore("gate", 1)
if not (role == "owner" and memory.create(4 << 20)) and not memory.attach():
    sys.exit(memory.errorString())


def use():
    if not gate.acquire() or not memory.lock():
        sys.exit("no lock")
    memory.data()[0] = b"x"
    if not memory.unlock() or not gate.release():
        sys.exit("no unlock")


use()
open(ready, "w").write("ready\n")
while True:
    if role == "busy":
        use()
    else:
        time.sleep(1000)
