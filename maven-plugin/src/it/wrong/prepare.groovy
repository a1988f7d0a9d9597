// Too large for the heap it gets.
def file = new RandomAccessFile(new File(basedir, 'models/large.onnx'), 'rw')
file.setLength(64 << 20)
file.close()
