package dev.sinter.runtime.library.image;

import java.util.ArrayList;
import java.util.List;

/** The code-blocks that packets of one place and resolution tell of (T.800, annexes B.6 to B.10). */
final class J2kPrecinct {
    /** The code-blocks of a subband. */
    private record Grid(int width, List<J2kBlock> blocks, J2kTagTree inclusion, J2kTagTree planes) {
    }

    private record Part(J2kBlock block, J2kBlock.Segment segment, int bytes) {
    }

    final int component;
    final int resolution;
    final int number;
    final long x;
    final long y;
    private final J2kCoding coding;
    private final List<Grid> grids = new ArrayList<>();

    J2kPrecinct(int component, int resolution, int number, long x, long y, J2kCoding coding) {
        this.component = component;
        this.resolution = resolution;
        this.number = number;
        this.x = x;
        this.y = y;
        this.coding = coding;
    }

    /** Adds the blocks of a band within an area of it; block sizes are powers of two. Returns how many there are. */
    int add(J2kBand band, int[] area, int widthBits, int heightBits) {
        int x0 = Math.max(area[0], band.x0);
        int y0 = Math.max(area[1], band.y0);
        int x1 = Math.min(area[2], band.x1);
        int y1 = Math.min(area[3], band.y1);
        if (x0 >= x1 || y0 >= y1) {
            return 0;
        }
        int left = x0 >> widthBits;
        int top = y0 >> heightBits;
        int across = (x1 - 1 >> widthBits) - left + 1;
        int down = (y1 - 1 >> heightBits) - top + 1;
        var blocks = new ArrayList<J2kBlock>();
        if ((long) across * down > 1 << 20) {
            throw new IllegalArgumentException(across + " x " + down + " code-blocks");
        }
        for (int i = 0; i < across * down; i++) {
            int bx = left + i % across;
            int by = top + i / across;
            blocks.add(new J2kBlock(band, Math.max(x0, bx << widthBits), Math.max(y0, by << heightBits),
                    Math.min(x1, bx + 1 << widthBits), Math.min(y1, by + 1 << heightBits)));
        }
        grids.add(new Grid(across, blocks, new J2kTagTree(across, down), new J2kTagTree(across, down)));
        return blocks.size();
    }

    /** Reads the packet of a layer. */
    void packet(J2kHeaderBits in, int layer) {
        in.skip(0x91, 6);
        var parts = new ArrayList<Part>();
        if (in.bit() == 1) {
            for (Grid grid : grids) {
                for (int i = 0; i < grid.blocks.size(); i++) {
                    header(in, grid, i, layer, parts);
                }
            }
        }
        in.align();
        in.skip(0x92, 2);
        for (Part part : parts) {
            int bytes = Math.min(part.bytes, in.data.length - in.at);
            part.block.add(part.segment, in.data, in.at, bytes);
            in.at += bytes;
            if (bytes < part.bytes) {
                throw new J2kHeaderBits.End();
            }
        }
    }

    private void header(J2kHeaderBits in, Grid grid, int i, int layer, List<Part> parts) {
        J2kBlock block = grid.blocks.get(i);
        int bx = i % grid.width;
        int by = i / grid.width;
        if (block.included ? in.bit() == 0 : !grid.inclusion.isBelow(in, bx, by, layer + 1)) {
            return;
        }
        if (!block.included) {
            block.included = true;
            int planes = 0;
            while (!grid.planes.isBelow(in, bx, by, planes + 1)) {
                planes++;
            }
            block.missingPlanes = planes;
        }
        int passes = in.passes();
        while (in.bit() == 1) {
            block.lengthBits++;
        }
        while (passes > 0) {
            var segment = block.segment(coding.style());
            int taken = Math.min(passes, segment.most - segment.passes);
            int bits = block.lengthBits + 31 - Integer.numberOfLeadingZeros(taken);
            if (bits > 30) {
                throw new IllegalArgumentException("a length of " + bits + " bits");
            }
            parts.add(new Part(block, segment, in.bits(bits)));
            segment.passes += taken;
            passes -= taken;
        }
    }

    /** Decodes the blocks into their bands. */
    void decode() {
        for (Grid grid : grids) {
            grid.blocks.forEach(block -> block.decode(coding.style()));
        }
    }
}
