# A client that hands COUNT marked segments to the X server, and detaches them itself: shm_pixmaps.py
# COUNT FILE-WHEN-MADE FILE-WHEN-MARKED. It speaks the X protocol's few requests itself.
import ctypes, os, socket, struct, sys, time

count, made, marked = int(sys.argv[1]), sys.argv[2], sys.argv[3]
display = os.environ["DISPLAY"].lstrip(":")
x = socket.socket(socket.AF_UNIX)
x.connect("/tmp/.X11-unix/X" + display)
x.sendall(struct.pack("<BxHHHHxx", ord("l"), 11, 0, 0, 0))


def receive(n):
    data = b""
    while len(data) < n:
        part = x.recv(n - len(data))
        if not part:
            sys.exit("the server hung up")
        data += part
    return data


head = receive(8)
setup = receive(4 * struct.unpack("<H", head[6:8])[0])
base = struct.unpack("<I", setup[4:8])[0]
name = b"MIT-SHM"
x.sendall(struct.pack("<BxHHxx", 98, 2 + (len(name) + 3) // 4, len(name)) + name + b"\0" * (-len(name) % 4))
present, opcode = struct.unpack("<xxxxxxxxBB", receive(32)[:10])
if not present:
    sys.exit("no MIT-SHM")

libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
ids = []
for i in range(count):
    shmid = libc.shmget(0, 65536, 0o1600)
    if shmid < 0:
        sys.exit("no segment")
    x.sendall(struct.pack("<BBHIIBxxx", opcode, 1, 4, base + i, shmid, 0))  # ShmAttach
    ids.append(shmid)
open(made, "w").write("made\n")
x.sendall(struct.pack("<BxH", 43, 1))  # GetInputFocus: an answer comes when all before is done
receive(32)
for shmid in ids:
    libc.shmctl(shmid, 0, None)
open(marked, "w").write("marked\n")
while True:
    time.sleep(1000)
