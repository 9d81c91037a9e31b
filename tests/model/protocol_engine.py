"""The verbs and recovery of the protocol's model, one `step` before each thing that can be seen from outside."""

from collections.abc import Iterable, Mapping, Sequence

from tests.model.protocol_world import GONE, Change, Choose, Content, Intent, Look, Mark, Pair, Rows, World

WAYS = ("inplace", "replace", "delete", "back")


class Crash(Exception):
    """The process is dead."""


class Conflict(Exception):
    """A verb met foreign content, and said so."""


class Engine:
    """The engine in a world, with the rules that it keeps."""

    def __init__(self, world: World, choose: Choose, rules: Iterable[str]) -> None:
        self.world = world
        self.choose = choose
        self.rules = frozenset(rules)
        self.synced = 0

    def step(self) -> None:
        """Goes on; or the process dies, the power fails, the editor acts.

        Raises:
            Crash
        """
        world = self.world
        faults = ["kill", "power"] if world.crashes else []
        edits = [
            (path, how, durable)
            for path in (world.paths if world.edits else ())
            for how in WAYS
            for durable in (True, False)
            if durable or how != "back"
        ]
        choice = self.choose(1 + len(faults) + len(edits))
        if choice > len(faults):
            world.edit(*edits[choice - 1 - len(faults)])
        elif choice:
            world.crashes -= 1
            if faults[choice - 1] == "power":
                world.power_loss(self.choose, "lost" in self.rules)
            raise Crash

    def publish(self, path: str, made: int | None, seen: Look | None) -> Look | None:
        """Puts the prepared inode at a path, or (None) takes the path away, where `seen` stood; gives an alien."""
        world, prepared = self.world, f"w{path}"
        content = None if made is None else world.inodes[made].content
        self.step()
        if "exchange" not in self.rules:  # check, then rename or unlink
            world.bind(**({path: None} if made is None else {path: made, prepared: None}))
            return None
        if made is not None and seen is None:  # link(2): fails when something stands there
            alien = world.look(path)
            world.bind(**{path: world.names[path] if alien else made, prepared: None})
            return alien
        if path not in world.names:
            world.unbind([prepared])
            return None if seen is None else GONE
        if not self._exchange(path, made):
            return GONE
        self.step()
        alien = world.look(f"x{path}")
        if alien != seen:
            self._put_back(path, made, content)
        world.unbind([f"x{path}"])
        return None if alien == seen else alien

    def _exchange(self, path: str, made: int | None) -> bool:
        """Lets a path and its temp file change places; False when the path is gone by then."""
        world, displaced = self.world, f"x{path}"
        if made is None:
            world.bind(**{displaced: world.names[path], path: None})
            return True
        world.bind(**{displaced: made, f"w{path}": None})  # from here the name may come to hold a foreign file
        self.step()
        if path not in world.names:
            world.unbind([displaced])
            return False
        world.bind(**{path: made, displaced: world.names[path]})
        return True

    def _put_back(self, path: str, made: int | None, content: Content) -> None:
        """Puts a foreign file back; what comes back instead of ours is kept, as a second edit was there."""
        world, displaced = self.world, f"x{path}"
        self.step()
        if world.names.get(path) == made and (made is None or world.inodes[made].content == content):
            world.bind(**{path: world.names.get(displaced), displaced: made})
            self.step()
        found = world.look(displaced)
        if found is not None and (found.inode != made or found.content != content):
            self.keep(displaced)

    def want(self, path: str) -> Content:
        """What a path should hold."""
        rows = self.world.now
        return rows.staged[path][1] if path in rows.staged else rows.head.get(path)

    def keep(self, name: str) -> None:
        """Keeps what a name holds as a blob, synced."""
        content = self.world.content(name)
        self.step()
        self.world.tx(full=True, blobs=frozenset([content] if content is not None else []))

    def prepare(self, path: str, content: Content) -> int | None:
        """Writes the new file of a path."""
        if content is None:
            return None
        self.step()
        self.world.bind(**{f"w{path}": self.world.inode(content)})
        return self.world.newest

    def act(self, plan: Sequence[Change], policy: str = "refuse", reset: bool = False) -> None:
        """Does a plan: fingerprint, prepare, one transaction, publish, and for a batch the done mark.

        Raises:
            Conflict: a path holds foreign content; nothing of the plan is done.
        """
        world, seen = self.world, dict[str, Look | None]()
        world.inflight = True
        for path, _ in plan:
            self.step()
            seen[path] = world.look(path)
        old = world.now
        world.reverted = None if policy == "overwrite" else world.reverted
        alien = any(_content(seen[path]) != self.want(path) for path, _ in plan)
        if alien and policy == "refuse":
            world.inflight = False
            raise Conflict
        made = {path: self.prepare(path, content) for path, content in plan}
        self.step()
        self._promise(plan, seen, made, reset, alien)
        for place, (path, _) in enumerate(plan):
            if self.publish(path, made[path], seen[path]):
                self._back(plan, made, seen, plan[:place], old)
                raise Conflict
        if len(plan) > 1 and "ack" in self.rules:
            self.step()
            world.tx(intent={path: None for path, _ in plan})
        world.acked, world.inflight = world.now.acts, False

    def _promise(
        self,
        plan: Sequence[Change],
        seen: Mapping[str, Look | None],
        made: Mapping[str, int | None],
        reset: bool,
        alien: bool,
    ) -> None:
        """The transaction of an act; the intents of acts before it go, for they are done."""
        world, old = self.world, self.world.now
        staged, mark = dict[str, Pair | None](), dict[str, Mark | None]()
        intent = dict[str, Intent | None]({path: None for path in old.intent})
        for path, after in plan:
            found, prior = seen[path], old.staged.get(path)
            staged[path] = None if reset else (prior[0] if prior else old.head.get(path), after)
            stamp = None if found is None else found.stamp
            intent[path] = Intent(_content(found), stamp, after, made[path], prior, old.acts, len(plan))
            mark[path] = Mark(made[path], made[path], world.boot, old.acts)
        contents = [_content(seen[path]) for path, _ in plan] + [after for _, after in plan]
        fresh = "mark" in self.rules and any(path not in old.mark for path, _ in plan)
        world.tx(
            full=fresh or (alien and "capture" in self.rules),
            staged=staged,
            intent=intent,
            mark=mark,
            blobs=frozenset(content for content in contents if content is not None),
            acts=old.acts + 1,
        )

    def _back(
        self,
        plan: Sequence[Change],
        made: Mapping[str, int | None],
        seen: Mapping[str, Look | None],
        done: Sequence[Change],
        old: Rows,
    ) -> None:
        """A publish met a foreign file: the files go back, then the rows."""
        world = self.world
        for path, content in reversed(done):
            number = made[path]
            again = self.prepare(path, _content(seen[path]))
            self.publish(path, again, None if number is None else Look(number, number, content))
        self.step()
        world.unbind([f"w{path}" for path, _ in plan])
        world.tx(staged={path: old.staged.get(path) for path, _ in plan}, intent={path: None for path, _ in plan})
        world.inflight = False

    def commit(self) -> None:
        """Publishes what is staged."""
        self.step()
        world, rows = self.world, self.world.now
        head = {path: after for path, (_, after) in rows.staged.items()}
        intent: dict[str, Intent | None] = dict.fromkeys(rows.intent)
        world.tx(full=True, head=head, staged=dict.fromkeys(head), intent=intent, commits=rows.commits + 1)
        world.acked_commits += 1

    def sync_begin(self) -> None:
        """Syncs the root, and notes which acts that covers."""
        self.step()
        self.world.sync_root()
        self.synced = self.world.now.acts

    def sync_end(self) -> None:
        """Clears the marks that the sync covers."""
        self.step()
        marks = self.world.now.mark.items()
        covered = [path for path, mark in marks if mark.act < self.synced or "seq" not in self.rules]
        self.world.tx(mark=dict.fromkeys(covered))

    def put_back(self, path: str, content: Content, seen: Look | None) -> None:
        """Writes a path again in recovery; its mark keeps the old boot until recovery is over."""
        world, made = self.world, self.prepare(path, content)
        self.step()
        old = world.now.mark.get(path)
        boot = old.boot if old is not None and "stamp" in self.rules else world.boot
        world.tx(mark={path: Mark(made, made, boot, world.now.acts)})
        self.publish(path, made, seen)

    def recover(self) -> None:
        """Sweeps the temp folder, finishes the acts, mends the marked paths, and only then renews the marks."""
        world = self.world
        for name in sorted(name for name in world.names if len(name) > 1):
            if name[0] == "x" and "keep" in self.rules and world.content(name) not in world.now.blobs:
                self.keep(name)
            self.step()
            world.unbind([name])
        for act in sorted({intent.act for intent in world.now.intent.values()}):
            self._finish(sorted(path for path, intent in world.now.intent.items() if intent.act == act))
        for path in sorted(world.now.mark):
            self._mend(path)
        self.step()
        world.tx(mark={path: mark._replace(boot=world.boot) for path, mark in world.now.mark.items()})

    def _mend(self, path: str) -> None:
        """A marked path may lag behind, or be torn."""
        world, wanted = self.world, self.want(path)
        rows, seen = world.now, world.look(path)
        mark, found = rows.mark[path], _content(seen)
        if found == wanted:
            return
        lost = mark.boot != world.boot
        torn = seen is not None and seen.stamp == (mark.inode, mark.mtime)
        ours = torn or (lost and (found is None or found in rows.blobs))
        aside = lost and "aside" in self.rules
        if not ours and aside:
            self.keep(path)
        if (ours or aside) and world.look(path) == seen:
            self.put_back(path, wanted, seen)

    def _finish(self, paths: Sequence[str]) -> None:
        """The intents of one act: forward when every path stands at before or after; else a batch goes back."""
        world, rows = self.world, self.world.now
        plan, third = dict[str, tuple[Content, Look | None]](), list[str]()
        for path in paths:
            seen, intent = world.look(path), rows.intent[path]
            if _content(seen) == intent.after:
                continue
            if self._may_redo(path, intent, seen):
                plan[path] = (intent.after, seen)
            else:
                third.append(path)
        if third and rows.intent[paths[0]].size > 1 and "ack" in self.rules:
            self._take_back(paths, third)
            return
        for path, (content, seen) in plan.items():
            self.put_back(path, content, seen)
        self.step()
        priors = {path: rows.intent[path].prior for path in third}
        staged = {path: prior for path, prior in priors.items() if prior is not None}
        world.tx(intent=dict.fromkeys(paths), staged=staged)

    def _may_redo(self, path: str, intent: Intent, seen: Look | None) -> bool:
        """Whether what stands at a path is what the act was promised against, or ours, or set aside by now."""
        rows, found = self.world.now, _content(seen)
        stamp = None if seen is None else seen.stamp
        lost = path in rows.mark and rows.mark[path].boot != self.world.boot
        same = found == intent.before and (stamp == intent.stamp or "same" not in self.rules)
        torn = stamp == (intent.made, intent.made)
        if same or torn or (lost and (found in (None, intent.before) or found in rows.blobs)):
            return True
        if lost and "aside" in self.rules:
            self.keep(path)
            return True
        return False

    def _take_back(self, paths: Sequence[str], third: Sequence[str]) -> None:
        """A batch that was never acknowledged goes back, the foreign path left alone."""
        world, rows = self.world, self.world.now
        for path in paths:
            before, seen = rows.intent[path].before, world.look(path)
            if path not in third and _content(seen) != before:
                self.put_back(path, before, seen)
        self.step()
        staged = {path: rows.intent[path].prior for path in paths}
        world.tx(staged=staged, intent=dict.fromkeys(paths), acts=rows.acts)


def _content(seen: Look | None) -> Content:
    return None if seen is None else seen.content
