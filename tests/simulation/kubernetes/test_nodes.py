"""Lost nodes take the pods of a Deployment with them (Kubernetes, "Nodes" and "Taint based Evictions")."""

import math

from tests.simulation.kubernetes.yard import PRIMARY, Yard


def test_pods_on_lost_nodes_are_not_ready_until_the_nodes_are_back() -> None:
    """The same pods get ready again; none is made in their place."""
    yard = Yard()
    yard.apply(replicas=2)
    yard.after(5)
    before = [pod.name for pod in yard.controller.pods()]
    yard.controller.lose_nodes(PRIMARY.name, yard.clock.now + 20, yard.clock.now)
    assert yard.after(2).numbers()[2] == 0
    assert yard.after(20).numbers()[2] == 2
    assert [pod.name for pod in yard.controller.pods()] == before


def test_pods_on_nodes_that_stay_lost_are_replaced_after_five_minutes() -> None:
    """They are evicted, and others run elsewhere."""
    yard = Yard()
    yard.apply(replicas=2)
    yard.after(5)
    before = {pod.name for pod in yard.controller.pods()}
    yard.controller.lose_nodes(PRIMARY.name, math.inf, yard.clock.now)
    assert yard.after(298).numbers()[2] == 0
    assert yard.after(10).numbers()[2] == 2
    assert before & {pod.name for pod in yard.controller.pods()} == set()


def test_pods_of_other_deployments_stay() -> None:
    """Nodes are lost by workload."""
    yard = Yard()
    yard.apply(replicas=2)
    yard.after(5)
    yard.controller.lose_nodes("other", math.inf, yard.clock.now)
    assert yard.after(5).numbers()[2] == 2


def test_a_pod_on_a_lost_node_answers_nobody() -> None:
    """Its process may run, but nothing reaches it."""
    yard = Yard()
    yard.apply(replicas=1)
    yard.after(5)
    yard.controller.lose_nodes(PRIMARY.name, yard.clock.now + 20, yard.clock.now)
    yard.after(1)
    (pod,) = yard.controller.pods()
    assert not pod.serving(yard.clock.now, 5.0)
    pod.deleted = yard.clock.now
    assert not pod.serving(yard.clock.now, 5.0)
