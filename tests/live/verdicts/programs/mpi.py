# A rank that meets the others at barriers, by ctypes: mpi.py idle|busy PREFIX-OF-FILE-WHEN-READY
import ctypes
import sys
import time

mpi = ctypes.CDLL("libmpi.so.40", ctypes.RTLD_GLOBAL)
mpi.MPI_Init(None, None)
world = ctypes.c_void_p(ctypes.addressof(ctypes.c_char.in_dll(mpi, "ompi_mpi_comm_world")))
rank = ctypes.c_int()
mpi.MPI_Comm_rank(world, ctypes.byref(rank))
mpi.MPI_Barrier(world)
open(sys.argv[2] + "." + str(rank.value), "w").write("ready\n")
while True:
    if sys.argv[1] == "busy":
        mpi.MPI_Barrier(world)
        time.sleep(0.001)
    else:
        time.sleep(1000)
