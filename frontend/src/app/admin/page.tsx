import { AdminView } from "@/components/portal/admin/AdminView";

export default function AdminPage() {
  return <AdminView />;
}
